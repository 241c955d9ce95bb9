"""Lets azure-cli parse commands (JSON on stdin) by its own command tables and arguments; nothing is run."""
import io
import json
import logging
import os
import sys

from azure.cli.core import get_default_cli

logging.disable(logging.CRITICAL)


def parse(case):
    os.chdir(case["directory"])
    args = case["args"]
    cli = get_default_cli()
    written = io.StringIO()
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = io.StringIO(), written
    try:
        invocation = cli.invocation_cls(
            cli_ctx=cli,
            parser_cls=cli.parser_cls,
            commands_loader_cls=cli.commands_loader_cls,
            help_cls=cli.help_cls,
        )
        cli.invocation = invocation
        loader = invocation.commands_loader
        loader.load_command_table(args)
        command = invocation._rudimentary_get_command(args)
        invocation.data["command_string"] = command
        loader.command_name = command
        loader.load_arguments(command)
        invocation.parser.load_command_table(loader)
        invocation.parser.parse_args(args)
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    except Exception as error:  # a value that an argument's type refuses
        code = 1
        written.write(repr(error))
    finally:
        sys.stdout, sys.stderr = streams
    return {"code": code, "error": written.getvalue()[:600]}


print(json.dumps([parse(case) for case in json.load(sys.stdin)]))
