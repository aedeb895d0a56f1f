import { stepsOf, withOutputs } from './steps.ts';

const page = `# Page

<!-- not run: it is there -->

\`\`\`sh
npm ci
\`\`\`

\`\`\`sh
npx nx run hello:release
\`\`\`

\`\`\`text
old
\`\`\`

\`\`\`sh
git push
\`\`\`
`;

it('finds the commands that are run, and what they print', () => {
  expect(stepsOf(page)).toEqual([
    { commands: 'npx nx run hello:release', shown: 'old' },
    { commands: 'git push', shown: undefined },
  ]);
});

it('writes what commands print below them', () => {
  const written = withOutputs(page, ['new $1', '']);
  expect(stepsOf(written)[0]).toEqual({ commands: 'npx nx run hello:release', shown: 'new $1' });
  expect(written.replace('new $1', 'old')).toBe(page);
});
