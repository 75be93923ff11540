/** Storage of the outbox: IndexedDB, shared by all tabs, or memory where that is forbidden. */

import type { Waiting } from "./waiting";

export interface OutboxStore {
  /** False when waiting drawings are lost with the page. */
  readonly isLasting: boolean;
  all(): Promise<Waiting[]>;
  put(waiting: Waiting): Promise<void>;
  remove(id: string): Promise<void>;
  /** Returns true for exactly one tab, which may send the drawing until then. */
  claim(id: string, nowMs: number, untilMs: number): Promise<boolean>;
}

const DATABASE = "inkloop";
const STORE = "outbox";

function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB failed"));
  });
}

/** Resolves when the transaction is on disk, not when its last request succeeded. */
function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("IndexedDB gave up"));
  });
}

function open(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { keyPath: "id" });
  };
  return done(request);
}

class IndexedDbStore implements OutboxStore {
  readonly isLasting = true;
  readonly #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
    database.onversionchange = () => database.close();
  }

  all(): Promise<Waiting[]> {
    const store = this.#database.transaction(STORE).objectStore(STORE);
    return done(store.getAll() as IDBRequest<Waiting[]>);
  }

  async put(waiting: Waiting): Promise<void> {
    const transaction = this.#write();
    transaction.objectStore(STORE).put(waiting);
    await committed(transaction);
  }

  async remove(id: string): Promise<void> {
    const transaction = this.#write();
    transaction.objectStore(STORE).delete(id);
    await committed(transaction);
  }

  async claim(id: string, nowMs: number, untilMs: number): Promise<boolean> {
    const transaction = this.#write();
    const store = transaction.objectStore(STORE);
    const found = await done(store.get(id) as IDBRequest<Waiting | undefined>);
    const isFree = found !== undefined && found.claimed_until_ms <= nowMs;
    if (isFree) store.put({ ...found, claimed_until_ms: untilMs });
    await committed(transaction);
    return isFree;
  }

  #write(): IDBTransaction {
    return this.#database.transaction(STORE, "readwrite", { durability: "strict" });
  }
}

export class MemoryStore implements OutboxStore {
  readonly isLasting = false;
  readonly #waiting = new Map<string, Waiting>();

  all(): Promise<Waiting[]> {
    return Promise.resolve([...this.#waiting.values()]);
  }

  put(waiting: Waiting): Promise<void> {
    this.#waiting.set(waiting.id, waiting);
    return Promise.resolve();
  }

  remove(id: string): Promise<void> {
    this.#waiting.delete(id);
    return Promise.resolve();
  }

  claim(id: string, nowMs: number, untilMs: number): Promise<boolean> {
    const found = this.#waiting.get(id);
    if (found === undefined || found.claimed_until_ms > nowMs) return Promise.resolve(false);
    this.#waiting.set(id, { ...found, claimed_until_ms: untilMs });
    return Promise.resolve(true);
  }
}

/** IndexedDB where the browser allows it (some private windows do not), else memory. */
export async function openOutbox(factory: IDBFactory | undefined): Promise<OutboxStore> {
  if (factory === undefined) return new MemoryStore();
  try {
    return new IndexedDbStore(await open(factory));
  } catch {
    return new MemoryStore();
  }
}
