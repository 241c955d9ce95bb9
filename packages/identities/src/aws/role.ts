import { OptionsError } from "@imagecred/protocol";

/** IAM user guide, "IAM identifiers": account of 12 digits, optional path, name of up to 64 characters. */
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/(?:[\x21-\x7e]+\/)?[\w+=,.@-]{1,64}$/;

/** The same guide: the name alone. */
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;

/** STS API reference, AssumeRole, RoleSessionName. */
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

/** Whether the text is the ARN of an IAM role. */
export function isRoleArn(text: string): boolean {
  return text.length <= 2048 && ROLE_ARN.test(text);
}

/** Whether the text can be the name of an IAM role, without a path. */
export function isRoleName(text: string): boolean {
  return ROLE_NAME.test(text);
}

/** The error for a text that is not a role's ARN. @param from the setting: a flag or a variable */
export function notARoleArn(arn: string, from: string): OptionsError {
  return new OptionsError(
    `${from} is ${JSON.stringify(arn)}, expected the ARN of a role such as arn:aws:iam::123456789012:role/name`,
  );
}

/** @param from the setting, for the message @throws {OptionsError} if the name is not valid */
export function checkSessionName(name: string, from: string): void {
  if (SESSION_NAME.test(name)) return;
  throw new OptionsError(
    `${from} is ${JSON.stringify(name)}, expected 2 to 64 letters, digits and any of _+=,.@-`,
  );
}
