// Prints the access token that google-auth-library gets for GOOGLE_APPLICATION_CREDENTIALS, or its error.
import { GoogleAuth } from "google-auth-library";

const auth = new GoogleAuth({ scopes: ["https://www.googleapis.com/auth/cloud-platform"] });
try {
  process.stdout.write(String(await auth.getAccessToken()));
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
