/** All requests to the server: `api` has one function for each call that both pages share. */

import type { ErrorOut } from "../contract";
import type {
  Digit,
  Drawing,
  Learned,
  List,
  Me,
  Mine,
  Model,
  Prediction,
  Run,
  RunInFull,
  Schedule,
  ScheduleNow,
  ShownPrediction,
  Stats,
  StrokesOnCanvas,
} from "./shapes";

/** The server answered with an error status. */
export class Refused extends Error {
  readonly status: number;
  readonly retryAfterSeconds: number | null;

  constructor(status: number, message: string, retryAfterSeconds: number | null) {
    super(message);
    this.name = "Refused";
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** There was no answer: no network, no server, or a time-out. */
export class Unreachable extends Error {
  constructor() {
    super("no answer");
    this.name = "Unreachable";
  }
}

const TIMEOUT_MS = 20_000;
/** The server waits up to 30 s until every worker has switched to the version. */
const SWITCH_TIMEOUT_MS = 45_000;

interface Ask {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  json?: unknown;
  form?: FormData;
  timeoutMs?: number;
  /** Send it even if the page is being closed. */
  keepalive?: boolean;
}

async function send(path: string, ask: Ask): Promise<Response> {
  const headers: Record<string, string> = {};
  if (ask.json !== undefined) headers["Content-Type"] = "application/json";
  try {
    return await fetch(`/api/v1${path}`, {
      method: ask.method ?? "GET",
      headers,
      body: ask.form ?? (ask.json === undefined ? null : JSON.stringify(ask.json)),
      credentials: "same-origin",
      keepalive: ask.keepalive ?? false,
      cache: "no-cache", // revalidate with the ETag: an unchanged answer is a 304
      signal: AbortSignal.timeout(ask.timeoutMs ?? TIMEOUT_MS),
    });
  } catch {
    // fetch rejects alike for a network error, a time-out and an aborted page
    throw new Unreachable();
  }
}

async function body(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null; // a proxy's error page, or an answer cut short
  }
}

function isErrorBody(value: unknown): value is ErrorOut {
  return typeof value === "object" && value !== null && "message" in value;
}

async function refusal(response: Response): Promise<Refused> {
  const answer = await body(response);
  const message = isErrorBody(answer) ? answer.message : response.statusText;
  const wait = Number(response.headers.get("Retry-After"));
  return new Refused(response.status, message, wait > 0 ? wait : null);
}

export async function ask<Answer>(path: string, options: Ask = {}): Promise<Answer> {
  const response = await send(path, options);
  if (response.status === 204) return undefined as Answer;
  if (!response.ok) throw await refusal(response);
  const answer = await body(response);
  if (answer === null) throw new Unreachable();
  return answer as Answer;
}

/** Get an answer that is not JSON. */
export async function askBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await send(path, {});
  if (!response.ok) throw await refusal(response);
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch {
    throw new Unreachable(); // cut short
  }
}

export function query(path: string, params: Record<string, string | number | null>): string {
  const given = Object.entries(params).filter(([, value]) => value !== null);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === "" ? path : `${path}?${text}`;
}

/** A labelled drawing as it is sent: strokes, or a picture. */
type DrawingToSend = { id: string; label: Digit } & (
  | { kind: "strokes"; drawn: StrokesOnCanvas; prediction: ShownPrediction | null }
  | { kind: "picture"; file: Blob }
);

function sendDrawing(drawing: DrawingToSend): Promise<Drawing> {
  const { id, label } = drawing;
  if (drawing.kind === "strokes") {
    const json = { id, label, ...drawing.drawn, prediction: drawing.prediction };
    return ask("/drawings", { method: "POST", json });
  }
  const form = new FormData();
  form.set("id", id);
  form.set("label", String(label));
  form.set("file", drawing.file, "picture");
  return ask("/drawings/image", { method: "POST", form });
}

function predictPicture(file: Blob): Promise<Prediction> {
  const form = new FormData();
  form.set("file", file, "picture");
  return ask("/predictions/image", { method: "POST", form });
}

export const api = {
  me: () => ask<Me>("/me"),
  stats: () => ask<Stats>("/stats"),
  predict: (drawn: StrokesOnCanvas) =>
    ask<Prediction>("/predictions", { method: "POST", json: drawn }),
  predictPicture,

  sendDrawing,
  mine: (after: string | null = null, limit: number | null = null) =>
    ask<Mine>(query("/drawings/mine", { after, limit })),
  relabel: (id: string, label: Digit) =>
    ask<Drawing>(`/drawings/${id}`, { method: "PATCH", json: { label } }),
  confirmLabel: (id: string, label: Digit) =>
    ask<Drawing>(`/drawings/${id}`, { method: "PATCH", json: { label, confirm: true } }),
  deleteDrawing: (id: string) => ask<undefined>(`/drawings/${id}`, { method: "DELETE" }),
  restoreDrawing: (id: string) => ask<Drawing>(`/drawings/${id}/restore`, { method: "POST" }),
  learned: () => ask<Learned>("/learned"),

  login: (email: string, password: string) =>
    ask<Me>("/login", { method: "POST", json: { email, password } }),
  logout: () => ask<undefined>("/logout", { method: "POST" }),
  setup: (token: string, email: string, password: string) =>
    ask<Me>("/setup", { method: "POST", json: { token, email, password } }),

  drawings: (limit: number) => ask<List<Drawing>>(query("/drawings", { limit })),
  models: (after: string | null = null) => ask<List<Model>>(query("/models", { after })),
  rollback: (reason: string) =>
    ask<{ version: number; previousVersion: number | null }>("/models/rollback", {
      method: "POST",
      json: { reason },
      timeoutMs: SWITCH_TIMEOUT_MS,
    }),
  runs: (after: string | null = null) => ask<List<Run>>(query("/runs", { after })),
  run: (id: number) => ask<RunInFull>(`/runs/${id}`),
  retrain: () => ask<Run>("/runs", { method: "POST" }),
  cancelRun: (id: number) => ask<Run>(`/runs/${id}/cancel`, { method: "POST" }),
  schedule: () => ask<ScheduleNow>("/schedule"),
  saveSchedule: (schedule: Schedule) =>
    ask<ScheduleNow>("/schedule", { method: "PUT", json: schedule }),
};

/**
 * Upload a form with progress. XMLHttpRequest is used because fetch does not report how much of a
 * body was sent. There is no time-out: two gigabytes take a while.
 */
export function upload<Answer>(
  path: string,
  form: FormData,
  onProgress: (share: number) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1${path}`);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => {
      onProgress(total === 0 ? 0 : loaded / total);
    };
    request.onerror = () => reject(new Unreachable());
    request.onload = () => {
      const answer: unknown = request.response;
      if (request.status >= 200 && request.status < 300 && answer !== null) {
        resolve(answer as Answer);
      } else {
        reject(new Refused(request.status, messageOf(answer, request.statusText), null));
      }
    };
    request.send(form);
  });
}

function messageOf(answer: unknown, otherwise: string): string {
  if (typeof answer !== "object" || answer === null || !("message" in answer)) return otherwise;
  return String(answer.message);
}
