/**
 * strconv.FormatFloat with format 'g' and the shortest precision, which is also what `%v` prints: `%e` style below
 * 1e-4 and from 1e+06 on. Keys of a YAML mapping that are numbers become text this way.
 */

/** For a float64. */
export function formatFloat64(value: number): string {
  return format(value, Math.abs(value).toExponential());
}

/** For a float32: the value is rounded to one first, as go-yaml's keys are. */
export function formatFloat32(value: number): string {
  const single = Math.fround(value);
  const magnitude = Math.abs(single);
  for (let digits = 0; digits < 9; digits++) {
    const text = magnitude.toExponential(digits);
    if (Math.fround(Number(text)) === magnitude) return format(single, text);
  }
  return format(single, magnitude.toExponential());
}

function format(value: number, exponential: string): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-Inf" : "+Inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [mantissa = "0", power = "0"] = exponential.split("e");
  const exponent = Number(power);
  const digits = mantissa.replace(".", "");
  return (
    sign + (exponent < -4 || exponent >= 6 ? scientific(digits, exponent) : positional(digits, exponent))
  );
}

function scientific(digits: string, exponent: number): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  const power = Math.abs(exponent).toString().padStart(2, "0");
  return `${digits.charAt(0)}${fraction}e${exponent < 0 ? "-" : "+"}${power}`;
}

function positional(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const fraction = digits.slice(exponent + 1);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
