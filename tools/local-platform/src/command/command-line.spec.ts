import { Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import { parseCommandLine } from './command-line.ts';

describe('parseCommandLine', () => {
  it.each([
    [[], { name: 'help' }],
    [['--help'], { name: 'help' }],
    [['up'], { name: 'up', json: false, options: {} }],
    [['up', '--minimal'], { name: 'up', json: false, options: { scope: 'minimal' } }],
    [['up', '--provider=built', '--json'], { name: 'up', json: true, options: { provider: 'built' } }],
    [
      ['up', '--context=mine', '--registry=r:5000', '--gateway=http://g'],
      { name: 'up', json: false, options: { context: 'mine', registry: 'r:5000', gateway: 'http://g' } },
    ],
    [['down', '--purge'], { name: 'down', purge: true }],
    [['status', '--json'], { name: 'status', json: true }],
    [['logs', 'kubelet', '--follow'], { name: 'logs', component: 'kubelet', follow: true }],
  ])('reads %j', (args, command) => {
    expect(parseCommandLine(args)).toEqual(command);
  });

  it.each([
    [['upp'], /Unknown command `upp`/],
    [['up', '--jsn'], /--jsn/],
    [['up', 'now'], /Unexpected argument `now`/],
    [['up', '--provider=minikube'], /Unknown provider `minikube`/],
    [['up', '--provider=context'], /requires `--context/],
    [['up', '--provider=kind', '--context=x'], /cannot be combined with `--provider=kind`/],
    [['up', '--registry=r'], /require `--context/],
    [['toString'], /Unknown command/],
  ])('refuses %j', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(Refusal);
    expect(() => parseCommandLine(args)).toThrow(message);
  });
});
