/** Globals of Node.js that commander uses and the static runtime lacks. Must be imported before any library. */
import { EventEmitter } from "node:events";

// commander's errors record a stack trace, which is not used here.
Error.captureStackTrace ??= () => {};

// commander sorts suggestions, which are ASCII; QuickJS can be built without collation.
String.prototype.localeCompare ??= function localeCompare(this: string, other: string) {
  const self = String(this);
  return self === other ? 0 : self < other ? -1 : 1;
};

// commander only checks whether there is a listener, not how many.
EventEmitter.prototype.listenerCount ??= function listenerCount(this: EventEmitter, event: string | symbol) {
  return this.eventNames().includes(event) ? 1 : 0;
};
