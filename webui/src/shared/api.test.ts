import { afterEach, expect, test, vi } from "vitest";
import { api, Refused, Unreachable } from "./api";
import { setLanguage } from "./language";

function answer(response: Response | Error): ReturnType<typeof vi.fn> {
  const fetched = vi.fn(() =>
    response instanceof Error ? Promise.reject(response) : Promise.resolve(response),
  );
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

afterEach(() => {
  vi.unstubAllGlobals();
  setLanguage("en");
});

test("a refusal carries the server's sentence and how long to wait", async () => {
  answer(json(429, { error: "TooManyRequests", message: "slow down" }, { "Retry-After": "7" }));

  await expect(api.stats()).rejects.toMatchObject({
    status: 429,
    message: "slow down",
    retryAfterSeconds: 7,
  });
});

test("a refusal without JSON, as a proxy sends it, is still a refusal", async () => {
  answer(new Response("<html>", { status: 502, statusText: "Bad Gateway" }));

  await expect(api.stats()).rejects.toThrow(Refused);
});

test("a missing network is reported as unreachable, not as a refusal", async () => {
  answer(new TypeError("failed to fetch"));

  await expect(api.stats()).rejects.toThrow(Unreachable);
});

test("an answer that was cut short counts as unreachable", async () => {
  answer(new Response('{"id": "a', { status: 201 }));

  await expect(api.stats()).rejects.toThrow(Unreachable);
});

test("no request names the language of the page", async () => {
  const fetched = answer(json(200, {}));
  setLanguage("zh");

  await api.stats();

  expect(fetched).toHaveBeenCalledWith("/api/v1/stats", expect.objectContaining({ headers: {} }));
});

test("a drawing is sent with the field names of the API", async () => {
  const fetched = answer(json(201, {}));
  const drawn = { strokes: [[]], width: 280, height: 200 };
  const prediction = { label: 1, model_version: 9 } as const;

  await api.sendDrawing({ id: "a", label: 7, kind: "strokes", drawn, prediction });

  const body = { id: "a", label: 7, strokes: [[]], width: 280, height: 200, prediction };
  expect(fetched).toHaveBeenCalledWith(
    "/api/v1/drawings",
    expect.objectContaining({ method: "POST", body: JSON.stringify(body) }),
  );
});
