import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import { parseCommandLine } from './command-line.ts';

describe('parseCommandLine', () => {
  it.each([
    [[], { name: 'help' }],
    [['--help'], { name: 'help' }],
    [['up'], { name: 'up', json: false, options: {} }],
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
    [['upp'], /no command `upp`/],
    [['up', '--jsn'], /--jsn/],
    [['up', 'now'], /`now` is one word too many/],
    [['up', '--provider=minikube'], /no provider `minikube`/],
    [['up', '--provider=context'], /needs --context/],
    [['up', '--provider=kind', '--context=x'], /goes with the provider context/],
    [['up', '--registry=r'], /go with --context/],
    [['toString'], /no command/],
  ])('refuses %j', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(Refusal);
    expect(() => parseCommandLine(args)).toThrow(message);
  });
});
