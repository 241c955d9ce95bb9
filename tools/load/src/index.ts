export { type Burst, burst } from "./burst.ts";
export { type Pulls, pulls } from "./pulls.ts";
export { type Soak, soak } from "./soak.ts";
export { SUBJECTS, type Subject } from "./subjects.ts";
