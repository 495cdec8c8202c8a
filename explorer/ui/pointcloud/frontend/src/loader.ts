/**
 * What Streamlit loads: a few lines that get the map's program once, and keep it in the browser.
 *
 * Streamlit serves the files of a component without age, date or validator, so that no browser keeps
 * them from visit to visit. So the program is kept in IndexedDB, under the hash of its content. Where
 * that cannot be had, it is loaded each time.
 */

type Mount = (mount: unknown) => (() => void) | undefined;
interface Program {
  default: Mount;
}

/** The hash of program.js, written here when it is built. */
declare const PROGRAM: string;

const STORE = "embedding-explorer program";
const PATIENCE = 1_000; // milliseconds
const ADDRESS = new URL("program.js", import.meta.url).href;

let program: Program | null = null;
const loading = load(); // at once, and not with the first data

export default function mount(given: unknown): (() => void) | undefined {
  if (program) return program.default(given);
  let end: (() => void) | undefined;
  let isOver = false;
  void loading.then((loaded) => {
    program = loaded;
    if (!isOver) end = loaded.default(given);
  });
  return () => {
    isOver = true;
    end?.();
  };
}

async function load(): Promise<Program> {
  try {
    const store = await opened();
    let text = await answer<string | undefined>(store().get(PROGRAM));
    if (!text) {
      text = await fetched();
      store().clear(); // of another version
      store().put(text, PROGRAM);
    }
    // the address stays good: a map that is saved as a page reads its program from there
    return (await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })))) as Program;
  } catch {
    return (await import(ADDRESS)) as Program;
  }
}

async function fetched(): Promise<string> {
  const response = await fetch(ADDRESS);
  if (!response.ok) throw new Error(`${ADDRESS}: ${response.status}`);
  return response.text();
}

/** Return a function that gives access to what is kept. */
async function opened(): Promise<() => IDBObjectStore> {
  const asked = indexedDB.open(STORE, 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
  const late = new Promise<never>((_, reject) => setTimeout(reject, PATIENCE)); // some browsers never answer
  const database = await Promise.race([answer(asked), late]);
  return () => database.transaction(STORE, "readwrite").objectStore(STORE);
}

function answer<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("Nothing can be kept here."));
  });
}
