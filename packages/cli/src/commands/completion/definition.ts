import type { CommandDefinition } from "../definition.ts";
import type { OptionsOf } from "../options.ts";
import { COMMON_OPTIONS } from "../shared-options.ts";

export const completion = {
  name: "completion",
  summary: "print a completion script for bash, zsh or fish",
  description: "Prints a script that completes commands, options and their values.",
  argument: { name: "shell", about: "bash, zsh or fish", required: true, choices: ["bash", "zsh", "fish"] },
  options: [...COMMON_OPTIONS],
  examples: [
    {
      command: "imagecred completion bash | sudo tee /etc/bash_completion.d/imagecred",
      about: "bash, for all users",
    },
    { command: 'imagecred completion zsh > "$fpath[1]/_imagecred"', about: "zsh" },
    { command: "imagecred completion fish > ~/.config/fish/completions/imagecred.fish", about: "fish" },
  ],
} as const satisfies CommandDefinition;

export type CompletionOptions = OptionsOf<typeof completion>;
