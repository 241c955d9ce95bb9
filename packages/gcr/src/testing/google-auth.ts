import { pypiSource } from "@imagecred/vectors";

/** Google's authentication library for Python; its tests have keys, URLs and signatures to compare with. */
export function googleAuth() {
  return pypiSource(
    "google-auth",
    "2.63.0",
    "f198b99dd49e81f96f54abce2c03d4dd28fb7e3c77702eb6ae1c5bf25435054c",
  );
}
