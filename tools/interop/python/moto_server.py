"""Starts moto's server. Arguments: those of moto_server.

In moto, every password of Amazon ECR expired in 2015, and a plugin that looks at the expiry refuses it. This gives it
the twelve hours of the real service. Nothing else is changed: signatures and policies are moto's to judge.
"""

import datetime

from moto.ecr.responses import ECRResponse
from moto.server import main

LIFE = datetime.timedelta(hours=12)

get_authorization_token = ECRResponse.get_authorization_token


def with_expiry(self):
    result = get_authorization_token(self)
    for data in result.result["authorizationData"]:
        data["expiresAt"] = datetime.datetime.now(datetime.timezone.utc) + LIFE
    return result


ECRResponse.get_authorization_token = with_expiry

main()
