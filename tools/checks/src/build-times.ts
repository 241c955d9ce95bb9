/** Prints what building everything in the cache took: `npm run build-times`. */
import { buildTimes, CACHE } from "@imagecred/workspace";

const times = Object.entries(buildTimes());
const minutes = (seconds: number) => (seconds / 60).toFixed(1).padStart(6);
console.log(`Minutes that builds in ${CACHE} took (processor, clock):`);
for (const [name, { cpuSeconds, wallSeconds }] of times)
  console.log(`${minutes(cpuSeconds)} ${minutes(wallSeconds)}  ${name}`);
const sum = times.reduce((total, [, { cpuSeconds }]) => total + cpuSeconds, 0);
console.log(`${minutes(sum)}         all ${times.length}, on one processor`);
