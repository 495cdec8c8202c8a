/** The map in a notebook: anywidget renders it, and its model carries what Python and the map tell each other. */

import type { Mount } from "./main.ts";

/** The part of anywidget's model that is used here. */
interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

export interface Notebook {
  render(given: { model: Model; el: HTMLElement }): () => void;
}

const PARTS = ["_points", "_looks"]; // lists of messages; Python sends the second more often
const STATES: Record<string, string> = { choice: "_choice", dark: "_dark" };

let rendered = 0;

/** Return what anywidget calls for each place where a widget is shown. */
export function notebook(mount: (given: Mount) => (() => void) | undefined): Notebook {
  return {
    render({ model, el }) {
      const key = `notebook ${rendered++}`; // one widget may be shown in several places
      // the map follows a page's colors by Streamlit's names; where there are none, Python's choice stays
      el.style.setProperty("--st-background-color", "var(--jp-layout-color0, var(--vscode-editor-background))");
      el.dataset["lmSuppressShortcuts"] = "true"; // JupyterLab's own keys: arrows and Enter are the map's
      const shadow = document.createElement("div").attachShadow({ mode: "open" }); // the map's styles stay inside
      el.append(shadow.host);
      const setStateValue = (name: string, value: unknown): void => {
        const state = STATES[name];
        if (state === undefined) return; // what Python has no use for in a notebook
        model.set(state, value);
        model.save_changes();
      };
      const give = (data: unknown): (() => void) | undefined => mount({ data: bytesOf(data as DataView), parentElement: shadow, setStateValue, called: key });
      let end: (() => void) | undefined;
      const listeners: Record<string, () => void> = { _view: () => (end = give(model.get("_view"))) };
      for (const name of PARTS) listeners[name] = () => (model.get(name) as DataView[]).forEach(give);
      for (const name of [...PARTS, "_view"]) {
        listeners[name]!();
        model.on(`change:${name}`, listeners[name]!);
      }
      return () => {
        for (const [name, listener] of Object.entries(listeners)) model.off(`change:${name}`, listener);
        end?.();
        shadow.host.remove();
      };
    },
  };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: DataView): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);
