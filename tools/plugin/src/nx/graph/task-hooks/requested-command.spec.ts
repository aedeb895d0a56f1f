import { requestedCommands } from './requested-command.ts';

it.each([
  ['run orders:release', ['release of orders']],
  ['run orders:release:fast --env=dev', ['release of orders']],
  ['orders:docker-release', ['docker-release of orders']],
  ['k8s-deploy orders --env dev', ['k8s-deploy of orders']],
  ['run infrastructure:rollback --to=2h', ['infrastructure-rollback of infrastructure']],
  ['run-many -t release', ['release of all']],
  ['run-many -t lint release --projects=orders', ['release of all']],
  ['run-many --targets=lint,release', ['release of all']],
  ['affected -t release --base=HEAD~1', ['release of all']],
  ['run-many --target status', ['status of all', 'infrastructure-status of all']],
  ['run orders:lint', []],
  ['show projects', []],
  ['release orders', []],
  ['run-many', []],
  ['', []],
])('nx %s', (line, expected) => {
  const argv = ['node', 'nx', ...line.split(' ').filter((word) => word !== '')];
  expect(requestedCommands(argv).map(({ name, project = 'all' }) => `${name} of ${project}`)).toEqual(expected);
});
