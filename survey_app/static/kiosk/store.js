/** What this device keeps: its key, the last package, the numbers given, sealed answers that wait, and refused ones. */

const NAME = "sipas-kiosk";
const VERSION = 1;
const STRICT = { durability: "strict" };

let opening = null;

/** The connection to the database: opened once, and anew when the browser has closed it or could not open it. */
function database() {
  opening ??= open().catch((error) => {
    opening = null;
    throw error;
  });
  return opening;
}

/** Open the database; a newer version of the program may upgrade it at any time. */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("facts");
      request.result.createObjectStore("queue", { keyPath: "seq" }).createIndex("key", "key", { unique: true });
      request.result.createObjectStore("refused", { keyPath: "seq" });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => {
        request.result.close();
        opening = null;
      };
      request.result.onclose = () => {
        opening = null;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
}

/** Begin a transaction; a connection that the browser has closed without a word is opened again. */
async function begun(names, mode) {
  try {
    return (await database()).transaction(names, mode, STRICT);
  } catch (error) {
    if (error.name !== "InvalidStateError") throw error;
    opening = null;
    return (await database()).transaction(names, mode, STRICT);
  }
}

/** Run `work(stores)` in one transaction; resolves with its request's result only after everything is on the disk. */
async function transact(names, mode, work) {
  const transaction = await begun(names, mode);
  const stores = Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)]));
  return new Promise((resolve, reject) => {
    const outcome = work(stores);
    transaction.oncomplete = () => resolve(outcome instanceof IDBRequest ? outcome.result : outcome);
    transaction.onabort = () => reject(transaction.error ?? new Error("the device could not store this"));
  });
}

/** Read one fact; undefined if it was never kept. */
export function fact(name) {
  return transact(["facts"], "readonly", ({ facts }) => facts.get(name));
}

/** Keep facts together: all of them or none. */
export function keepFacts(values) {
  return transact(["facts"], "readwrite", ({ facts }) => {
    for (const [name, value] of Object.entries(values)) facts.put(value, name);
  });
}

/** Keep a sealed answer under the next number; number and answer are written together or not at all.
 *
 * Beside it stand the round and its erasure date, nothing else. The same client key again keeps the first number.
 */
export function keepAnswer({ key, sealed, round, erasure }) {
  const kept = {};
  return transact(["facts", "queue"], "readwrite", ({ facts, queue }) => {
    const known = queue.index("key").getKey(key);
    known.onsuccess = () => {
      if (known.result !== undefined) {
        kept.seq = known.result;
        return;
      }
      const last = facts.get("seq");
      last.onsuccess = () => {
        kept.seq = (last.result ?? 0) + 1;
        facts.put(kept.seq, "seq");
        queue.add({ seq: kept.seq, key, sealed, round, erasure });
      };
    };
    return kept;
  });
}

/** The oldest answers that wait behind a number. */
export function oldest(most, after) {
  return transact(["queue"], "readonly", ({ queue }) => queue.getAll(IDBKeyRange.lowerBound(after, true), most));
}

/** True while the answer with this number is on this device: it waits, or the server could not read it. */
export async function isHeld(seq) {
  const found = [];
  await transact(["queue", "refused"], "readonly", (stores) => {
    for (const store of Object.values(stores)) store.count(seq).onsuccess = ({ target }) => found.push(target.result);
  });
  return found.some(Boolean);
}

/** Everything that waits, for the export. */
export function waiting() {
  return transact(["queue"], "readonly", ({ queue }) => queue.getAll());
}

/** Answers that the server did not take, with its reason. */
export function refused() {
  return transact(["refused"], "readonly", ({ refused: store }) => store.getAll());
}

/** How many answers wait, and how many were refused. */
export async function counts() {
  const found = {};
  await transact(["queue", "refused"], "readonly", (stores) => {
    stores.queue.count().onsuccess = (event) => (found.waiting = event.target.result);
    stores.refused.count().onsuccess = (event) => (found.refused = event.target.result);
  });
  return found;
}

/** Take over what the server said: numbers `done` are deleted, items `aside` become dead letters, reasons counted. */
export function settle(done, aside, reasons) {
  return transact(["facts", "queue", "refused"], "readwrite", ({ facts, queue, refused: store }) => {
    for (const seq of done) queue.delete(seq);
    for (const { seq, reason } of aside) {
      queue.get(seq).onsuccess = (event) => {
        if (!event.target.result) return;
        store.put({ ...event.target.result, reason, at: Date.now() });
        queue.delete(seq);
      };
    }
    if (!reasons.length) return;
    facts.get("refusals").onsuccess = (event) => {
      const found = { ...event.target.result };
      for (const reason of reasons) found[reason] = (found[reason] ?? 0) + 1;
      facts.put(found, "refusals");
    };
  });
}

/** Delete what belongs to rounds whose erasure date has passed: the server says so, never this device's clock.
 *
 * Of an answer that waits its number stays, without content, until the server has heard of it: numbers have no hole.
 */
export function erase(rounds) {
  return transact(["queue", "refused"], "readwrite", ({ queue, refused: store }) => {
    each(queue, rounds, (cursor) => cursor.update({ seq: cursor.value.seq, key: cursor.value.key, void: true }));
    each(store, rounds, (cursor) => cursor.delete());
  });
}

/** Do something with each entry of these rounds. */
function each(store, rounds, work) {
  store.openCursor().onsuccess = (event) => {
    const cursor = event.target.result;
    if (!cursor) return;
    if (rounds.includes(cursor.value.round)) work(cursor);
    cursor.continue();
  };
}

/** Forget this device and begin its numbers anew; only where nothing waits any more. */
export function forgetDevice() {
  return transact(["facts", "queue", "refused"], "readwrite", (stores) => {
    for (const store of Object.values(stores)) store.clear();
  });
}
