import type { Fault } from "@imagecred/fake-clouds";
import type { Family } from "../trial.ts";
import { faulty } from "./fault-trial.ts";
import { FRAMES, framed, survivesReset } from "./frames.ts";

/** The framing of a response: status lines, headers, lengths, chunks, encodings. */
export const framingFamily: Family = {
  name: "framing",
  weight: 6,
  async make(lane) {
    const { random } = lane;
    const base = await lane.base();
    const [how, frame] = random.pick(FRAMES);
    const picked = random.pick(["close", "close", "close", "hang", "reset"] as const);
    const end = picked === "reset" && !survivesReset(frame) ? "close" : picked;
    const inPieces = random.chance(0.2);
    const fault: Fault = {
      kind: "bytes",
      when: "request",
      end,
      ...(inPieces ? { everyMs: 5 } : {}),
      pieces: (real) => {
        const bytes = framed(frame, real.body);
        if (!inPieces) return [bytes];
        const cut = Math.floor(bytes.length / 3);
        return [bytes.subarray(0, 10), bytes.subarray(10, cut), bytes.subarray(cut)];
      },
    };
    return await faulty(lane, fault, `${how}, then ${end}${inPieces ? ", in pieces" : ""}`, base);
  },
};
