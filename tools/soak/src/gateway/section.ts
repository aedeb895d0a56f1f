import { gateway, type GatewaySizes } from './gateway.ts';
import type { Say } from '../progress.ts';
import type { Section } from '../report.ts';

/** Runs this part. @returns its section of the page. */
export async function gatewaySection(sizes: GatewaySizes, say: Say): Promise<Section> {
  const { load, counts, answers, shares, latestMs, failed, wrong } = await gateway(sizes, say);
  const { rate, answeredMs } = load;
  const told = [...shares].map(([share, counted]) => {
    const [least, most] = [Math.min(...counted), Math.max(...counted)].map((each) => `${each.toFixed(1)}%`);
    return `${share}%: ${least === most ? most : `${least} to ${most}`}`;
  });
  return {
    command: `npm run soak -- gateway --rate=${sizes.rate} --rounds=${sizes.rounds}`,
    lines: [
      '## The gateway while releases, versions, canaries and routes come and go',
      '',
      "Requests come through the gateway at a steady rate over 50 kept connections, each twentieth over one of its own: to a service, to the second version of its API, to the service with a canary's header, to another service, and to a path that no service owns. Meanwhile, with the real commands (`nx run`):",
      '',
      '- the service is released for the first time, and takes its path from the fallback; it is promotable then (`promote --dry-run`);',
      '- it is released with `openapi.v2.yaml` and rolled back, so that the version comes and goes;',
      '- canaries come at 10% and 50%: one is promoted by itself, one by a command, one is aborted by a command, and one loses its deployer to SIGKILL at 10% and is gone on with by the same command;',
      '- all the time, the other service is released with and without its route, so that its path goes to and fro between it and the fallback.',
      '',
      'Failed is an answer other than 2xx, a broken connection, no answer for 10 s, and an answer by who may not give it then: by a build that is neither the one that serves nor the one that takes its place, by a canary before those who ask for it get it or after it was taken away, by anybody else for its header while it has a share. 404 is right for the second version where the build that answers does not have it.',
      '',
      '| | |',
      '| --- | --- |',
      `| first releases, releases, rollbacks | 1, ${counts.releases - 1}, ${counts.rollbacks} |`,
      `| canaries promoted, aborted; deployers killed | ${counts.promoted}, ${counts.aborted}; ${counts.killed} |`,
      `| routes that came or went beside them | ${counts.routes} |`,
      `| requests to the service, to its second version, with a canary's header | ${[answers.main, answers.version, answers.preview].map(count).join(', ')} |`,
      `| requests to the other service, to a path of the fallback | ${[answers.side, answers.older].map(count).join(', ')} |`,
      `| all requests; over connections of their own | ${count(load.requests)}; ${count(load.fresh)} |`,
      `| **failed** | **${count(failed.length)}** |`,
      `| commands that did not end as they must, shares that are far off | ${count(wrong.length)} |`,
      `| requests a second: asked for, held, in the slowest 10 s | ${[sizes.rate, Math.round(rate.held), Math.round(rate.slowest)].map(count).join(', ')} |`,
      `| answered within: 99 of 100, all | ${count(answeredMs.most)} ms, ${count(answeredMs.all)} ms |`,
      `| shares of clients' answers that canaries gave, by their share | ${told.join('; ')} |`,
      `| latest request that the build before still answered, after its command had ended | ${count(Math.round(latestMs))} ms |`,
    ],
    wrong: [...failed, ...wrong],
  };
}

function count(number: number): string {
  return number.toLocaleString('en');
}
