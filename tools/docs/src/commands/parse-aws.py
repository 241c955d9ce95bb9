"""Lets awscli parse commands (JSON on stdin) and check their parameters by botocore's models; no request is sent."""
import io
import json
import os
import sys

from awscli.clidriver import create_clidriver


class Response:
    status_code = 200
    headers = {}


def instead_of_sending(**_):
    return Response(), {"ResponseMetadata": {"HTTPStatusCode": 200}}


def parse(case):
    os.chdir(case["directory"])
    driver = create_clidriver()
    driver.session.register("before-call", instead_of_sending)
    written = io.StringIO()
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = io.StringIO(), written
    try:
        code = driver.main(case["args"])
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdout, sys.stderr = streams
    return {"code": code or 0, "error": written.getvalue()[-600:]}


print(json.dumps([parse(case) for case in json.load(sys.stdin)]))
