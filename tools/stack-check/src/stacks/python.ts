import { join } from 'node:path';
import type { Stack } from '../stack.ts';
import { describeTrialRoutes } from './description.ts';

const routes = `

import asyncio
import os
from urllib.request import Request as Call
from urllib.request import urlopen

from telemetry import trace_headers


async def get_slow(request: Request) -> Response:
    await asyncio.sleep(request.path_params["ms"] / 1000)
    return JSONResponse(request.path_params["ms"])


async def post_echo(request: Request) -> Response:
    return JSONResponse(await request.json())


def get_call(_: Request) -> Response:
    with urlopen(Call(os.environ["NEIGHBOUR"], headers=trace_headers())) as answer:
        return JSONResponse({"status": answer.status})


HANDLERS |= {"getSlow": get_slow, "postEcho": post_echo, "getCall": get_call}
`;

/** What pip notes of an installation, tests, and what Python makes when it runs. */
const foreign =
  /(^|\/)(__pycache__|bin)\/|(^|\/)test_[^/]*\.py$|\.pyc$|\.dist-info\/(RECORD|INSTALLER|REQUESTED|direct_url\.json)$/;

export const python: Stack = {
  name: 'python',
  program: ({ dist }) => ({
    command: 'python3',
    args: ['src/main.py'],
    cwd: join(dist, 'app'),
    env: { PYTHONPATH: join(dist, 'lib'), PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
  }),
  isForeign: (path) =>
    foreign.test(path) ||
    /stale/.test(path) ||
    !(path.startsWith('lib/') || /^app\/(src\/\w+\.py|openapi\.yaml)$/.test(path)),
  addTrialRoutes(service) {
    describeTrialRoutes(service);
    service.write('src/greetings.py', service.read('src/greetings.py') + routes);
  },
};
