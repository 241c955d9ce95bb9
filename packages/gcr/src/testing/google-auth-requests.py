"""What google-auth asks for credential files, as JSON.

On stdin: {"seconds": what it takes for now, since 1970, "responses": {the end of a URL: a body}, "accounts": [{"path", "env"}]}.
"""

import datetime
import json
import os
import sys

import google.auth._helpers
import google.auth.aws
import google.auth.identity_pool

given = json.load(sys.stdin)
responses = given["responses"]
now = datetime.datetime.fromtimestamp(given["seconds"], datetime.timezone.utc).replace(tzinfo=None)
google.auth._helpers.utcnow = lambda: now
requests = []


class Response:
    status = 200
    headers = {"content-type": "application/json"}

    def __init__(self, data):
        self.data = data.encode()


def transport(url, method="GET", body=None, headers=None, **_):
    text = body.decode() if isinstance(body, bytes) else body
    requests.append({"url": url, "method": method, "body": text or "", "headers": dict(headers or {})})
    return Response(next(body for end, body in responses.items() if url.endswith(end)))



def ask(path, env):
    os.environ.update(env)
    requests.clear()
    with open(path) as file:
        account = json.load(file)
    is_aws = "environment_id" in account["credential_source"]
    kind = google.auth.aws if is_aws else google.auth.identity_pool
    credentials = kind.Credentials.from_file(path, scopes=["https://www.googleapis.com/auth/cloud-platform"])
    credentials.refresh(transport)
    result = {"token": credentials.token, "requests": list(requests)}
    if is_aws:
        # The pool's provider is also signed, as AWS and AIP-4117 require.
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        result["signed"] = google.auth.aws.RequestSigner(env["AWS_REGION"]).get_request_options(
            google.auth.aws.AwsSecurityCredentials(*map(env.get, names)),
            account["credential_source"]["regional_cred_verification_url"].replace("{region}", env["AWS_REGION"]),
            "POST",
            additional_headers={"x-goog-cloud-target-resource": account["audience"]},
        )
    for name in env:
        del os.environ[name]
    return result


json.dump([ask(account["path"], account["env"]) for account in given["accounts"]], sys.stdout)
