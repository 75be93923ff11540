import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Drawing } from "../shared/shapes";
import {
  type Answer,
  MemoryStore,
  openOutbox,
  type OutboxNews,
  OutboxSender,
  type OutboxStore,
  type Waiting,
} from "./outbox";

function waiting(id: string, labelledAtMs = 0): Waiting {
  const drawn = { strokes: [], width: 280, height: 280 };
  const content = { kind: "strokes", drawn, prediction: null } as const;
  const fresh = { id, label: 7, content, labelled_at_ms: labelledAtMs, n_tries: 0 } as const;
  return { ...fresh, due_at_ms: 0, claimed_until_ms: 0 };
}

function drawing(id: string): Drawing {
  const kept = { id, label: 7, status: "accepted", split: "train", source: "drawn" } as const;
  const made = { prediction: null, ink: "", created_at: "2026-11-23T03:00:00Z", versions: [] };
  return { ...kept, ...made, fate: "waiting", learned_version: null };
}

const AWAY: Answer = { kind: "unreachable" };

function stored(one: Waiting): Answer {
  return { kind: "stored", drawing: drawing(one.id) };
}

interface Tab {
  sender: OutboxSender;
  sent: string[];
  news: OutboxNews[];
}

function tab(
  store: OutboxStore,
  answer: (one: Waiting) => Answer | Promise<Answer>,
  introduce: () => Promise<unknown> = () => Promise.resolve(),
): Tab {
  const sent: string[] = [];
  const news: OutboxNews[] = [];
  const sender = new OutboxSender({
    store,
    introduce,
    send: async (one) => {
      sent.push(one.id);
      return answer(one);
    },
    news: (one) => news.push(one),
    now: () => Date.now(),
    random: () => 0,
  });
  return { sender, sent, news };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

test("a labelled drawing is kept before it is sent, and gone once it is stored", async () => {
  const store = await openOutbox(new IDBFactory());
  let nKeptWhileSending = 0;
  const { sender } = tab(store, async (one) => {
    nKeptWhileSending = (await store.all()).length;
    return stored(one);
  });

  await sender.add(waiting("a"));
  await vi.waitFor(async () => expect(await store.all()).toEqual([]));

  expect(nKeptWhileSending).toBe(1);
});

test("without a network it waits, and is sent with the same id later", async () => {
  const store = new MemoryStore();
  let isOnline = false;
  const { sender, sent } = tab(store, (one) => (isOnline ? stored(one) : AWAY));

  await sender.add(waiting("a"));
  await vi.waitFor(() => expect(sent).toEqual(["a"]));
  isOnline = true;
  await vi.advanceTimersByTimeAsync(2_000);

  expect(sent).toEqual(["a", "a"]);
  expect(await store.all()).toEqual([]);
});

test("when the network is back, drawings do not wait for the back-off", async () => {
  const store = new MemoryStore();
  let isOnline = false;
  const { sender, sent } = tab(store, (one) => (isOnline ? stored(one) : AWAY));
  await store.put({ ...waiting("a"), n_tries: 9, due_at_ms: Date.now() + 60_000 });

  isOnline = true;
  await sender.hurry();

  expect(sent).toEqual(["a"]);
});

test("one failed try delays all waiting drawings", async () => {
  const store = new MemoryStore();
  const { sender, sent } = tab(store, () => AWAY);
  await store.put(waiting("a", 1));
  await store.put(waiting("b", 2));

  await sender.run();

  expect(sent).toEqual(["a"]);
});

test("two tabs never send the same drawing at once", async () => {
  const factory = new IDBFactory();
  const here = tab(await openOutbox(factory), stored);
  const there = tab(await openOutbox(factory), stored);
  const store = await openOutbox(factory);
  for (const id of ["a", "b", "c", "d"]) await store.put(waiting(id));

  await Promise.all([here.sender.run(), there.sender.run()]);

  expect([...here.sent, ...there.sent].sort()).toEqual(["a", "b", "c", "d"]);
});

test("the drawing of a closed tab is sent by another when its claim has expired", async () => {
  const store = new MemoryStore();
  await store.put({ ...waiting("a"), claimed_until_ms: Date.now() + 30_000 });
  const { sender, sent } = tab(store, stored);

  await sender.run();
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(30_000);

  expect(sent).toEqual(["a"]);
});

test("nothing is sent before the server knows who draws", async () => {
  const store = new MemoryStore();
  let isKnown = false;
  const introduce = () => (isKnown ? Promise.resolve() : Promise.reject(new Error("away")));
  const { sender, sent } = tab(store, stored, introduce);

  await sender.add(waiting("a"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual([]);
  isKnown = true;
  await vi.advanceTimersByTimeAsync(2_000);

  expect(sent).toEqual(["a"]);
});

test("a drawing that is refused finally is dropped, with the reason", async () => {
  const store = new MemoryStore();
  const answer = { status: 410, message: "it was deleted", retryAfterSeconds: null };
  const { sender, news } = tab(store, () => ({ kind: "refused", ...answer }));
  await store.put(waiting("a"));

  await sender.run();

  expect(await store.all()).toEqual([]);
  expect(news).toContainEqual({
    kind: "dropped",
    id: "a",
    reason: "deleted",
    message: "it was deleted",
  });
});

test("a browser without IndexedDB keeps drawings as long as the page is open", async () => {
  const store = await openOutbox(undefined);

  await store.put(waiting("a"));

  expect(store.isLasting).toBe(false);
  expect(await store.all()).toHaveLength(1);
});
