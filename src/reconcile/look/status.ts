import type { ErrorRecord } from '../../model/error.ts';
import { withAdvice } from '../../model/error.ts';
import { transition } from '../../release/machine.ts';
import type { ApplicationEvent, ApplicationState } from '../../release/machine.ts';

/** Where an application stands in its state machine, and why, in a sentence. Each step of a look writes it. */
export class Status {
  #state: ApplicationState = 'pending';
  #message = 'not looked at yet';
  #error: ErrorRecord | null = null;

  get state(): ApplicationState {
    return this.#state;
  }

  get message(): string {
    return this.#message;
  }

  /** What is wrong, or was at the attempt before the one that goes on; `null`: nothing. */
  get error(): ErrorRecord | null {
    return this.#error;
  }

  move(event: ApplicationEvent): void {
    this.#state = transition(this.#state, event);
  }

  say(message: string): void {
    this.#message = message;
  }

  /** @param message Default: the error's own, with what helps. */
  blame(error: ErrorRecord, message = withAdvice(error)): void {
    this.#error = error;
    this.#message = message;
  }

  /** Nothing is wrong any more, or only this. */
  settle(error: ErrorRecord | null): void {
    this.#error = error;
  }
}
