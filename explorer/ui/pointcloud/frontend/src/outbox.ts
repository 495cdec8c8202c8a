/**
 * What a component asks Python. Of a component's state Streamlit keeps the last value: a second
 * question displaces a first that no run has read yet. So all that is not answered is sent again with
 * it, and Python (`outbox.py`) says up to which it has answered.
 */

export type Asked<What> = What & { at: number };

const MOST = 200; // questions in a row that nobody answers

export class Outbox<What extends object> {
  private waiting: Asked<What>[] = [];
  private last = 0;

  constructor(private readonly send: (all: Asked<What>[]) => void) {}

  ask(what: What): void {
    this.last = Math.max(Date.now(), this.last + 1);
    this.waiting = [...this.waiting, { ...what, at: this.last }].slice(-MOST);
    this.send(this.waiting);
  }

  /** Hear from Python up to which question it has answered. */
  hear(answered: number): void {
    this.last = Math.max(this.last, answered); // a clock may have been set back since
    this.waiting = this.waiting.filter(({ at }) => at > answered);
  }
}
