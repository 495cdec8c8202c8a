/** Where each picture was looked at from, kept as long as the browser's tab: a reload loses nothing. */

import type { CameraState } from "./camera.ts";

const STORE = "embedding-explorer cameras";
const MOST = 50; // pictures; those looked at longest ago go

export class Cameras {
  private readonly states = new Map<string, CameraState>(stored());

  of(picture: string): CameraState | undefined {
    return this.states.get(picture);
  }

  /** Keep a picture's camera; null where it shows all, as at first. */
  keep(picture: string, state: CameraState | null): void {
    if (!this.states.delete(picture) && !state) return;
    if (state) this.states.set(picture, state);
    for (const oldest of this.states.keys()) {
      if (this.states.size <= MOST) break;
      this.states.delete(oldest);
    }
    try {
      sessionStorage.setItem(STORE, JSON.stringify([...this.states]));
    } catch {
      // a browser that keeps nothing: the camera then lasts until the reload
    }
  }
}

function stored(): [string, CameraState][] {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? "[]") as [string, CameraState][];
  } catch {
    return [];
  }
}
