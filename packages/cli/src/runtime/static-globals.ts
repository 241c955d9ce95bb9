/** What commander takes for granted of Node and the static runtime lacks. Imported first, before any library's code runs. */
import { EventEmitter } from "node:events";

// Its errors record where they were made; nobody reads it here.
Error.captureStackTrace ??= () => {};

// It sorts suggestions, which are ASCII; QuickJS may be built without collation.
String.prototype.localeCompare ??= function localeCompare(this: string, other: string) {
  const self = String(this);
  return self === other ? 0 : self < other ? -1 : 1;
};

// It asks whether there is a listener, never how many.
EventEmitter.prototype.listenerCount ??= function listenerCount(this: EventEmitter, event: string | symbol) {
  return this.eventNames().includes(event) ? 1 : 0;
};
