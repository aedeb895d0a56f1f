import type { DoorFigures } from './door-rounds.ts';

const count = (number: number) => number.toLocaleString('en');

/** Returns the page's section about calls through the door. */
export function doorSection(figures: DoorFigures, propagationMs: number): string[] {
  const { calls, rolloutSeconds, answers, problems } = figures;
  return [
    '## Calls through API Management',
    '',
    `A service on \`libs/service-host\` with 2 replicas has a [simulator of API Management](api-facade.md#what-was-proved-against-a-simulator) as its public door, over TLS, which forwards to the gateway of the real cluster. It is released and rolled back over and over: each release has another description and an operation more than the one before, which the rollback takes away again. Deployers are killed after every answer of the door's management, and the same command is run again. Meanwhile clients with a key call both operations, and the newest revision by its name (\`;rev=\`), over kept connections. All of the door knows of a switch after ${propagationMs / 1000} s; until then, its units answer by the old and the new one in turn.`,
    '',
    '- **Failed** is an answer other than 2xx to what the current revision documents, a broken connection, and no answer for 10 s. What only the newer one has is 404 of the door while it is not shown, and at no other time.',
    '- **Wrong** is an answer by a revision that was not current when it was called (a header of the door tells), or that was not the one asked for, and one by a build (the body tells) that has less than the revision that is shown to clients.',
    '',
    '| | |',
    '| --- | --- |',
    `| releases, rollbacks, switches of what clients get | ${count(figures.releases)}, ${count(figures.rollbacks)}, ${count(figures.switches)} |`,
    `| deployers killed, of a release and of a rollback | ${count(figures.killed['k8s-deploy'])}, ${count(figures.killed.rollback)} |`,
    `| answers of the door's management in one release, in one rollback | ${answers['k8s-deploy']}, ${answers.rollback} |`,
    `| calls | ${count(calls)} |`,
    `| of these, of the operation that only the newer one has; answered 404, which was right | ${count(figures.newer)}; ${count(figures.absent)} |`,
    `| of these, by \`;rev=\` | ${count(figures.byRevision)} |`,
    `| **failed** | **${count(figures.failed)}** |`,
    `| **answered by the wrong revision or build** | **${count(figures.wrong)}** |`,
    `| commands that did not end well, doors that differ from what runs | ${count(problems.length)} |`,
    `| calls a second | ${count(Math.round(calls / figures.seconds))} |`,
    `| one release, one rollback, under this load | ${rolloutSeconds['k8s-deploy'].toFixed(1)} s, ${rolloutSeconds.rollback.toFixed(1)} s |`,
  ];
}
