import fc from 'fast-check';
import { evaluate } from '../../../../simulators/src/azure-agent/expression.ts';
import { projectAtAzure, projectAtGitHub, renamed } from './project-of-service.ts';

const services = [
  { name: 'basket', project: 'cart' },
  { name: 'cart', project: '@shop/cart' },
  { name: 'pay' },
  { name: 'same', project: 'same' },
];
const projects = [
  ['basket', 'cart'],
  ['cart', '@shop/cart'],
  ['pay', 'pay'],
  ['same', 'same'],
  ['*', '*'],
];

/** GitHub's language is JavaScript's, as far as it is used here. */
const atGitHub = (expression: string, service: string): unknown =>
  new Function('inputs', `return ${expression}`)({ service });
const atAzure = (expression: string, service: string) =>
  evaluate(expression, { objects: { parameters: { service } }, strict: ['parameters'] });

it.each(projects)('the service %s is the project %s, at GitHub and at Azure', (name, project) => {
  expect(atGitHub(projectAtGitHub(services, 'inputs.service'), name!)).toBe(project);
  expect(atAzure(projectAtAzure(services, 'parameters.service'), name!)).toBe(project);
});

it('says nothing of services whose projects are called as they are', () => {
  expect(renamed([{ name: 'pay' }, { name: 'same', project: 'same' }])).toEqual([]);
  expect(projectAtGitHub([{ name: 'pay' }], 'inputs.service')).toBe('inputs.service');
  expect(projectAtAzure([{ name: 'pay' }], 'parameters.service')).toBe('parameters.service');
});

it('keeps a quote within its text', () => {
  const odd = [{ name: 'a', project: "it's" }];
  expect(atAzure(projectAtAzure(odd, 'parameters.service'), 'a')).toBe("it's");
  expect(projectAtGitHub(odd, 'inputs.service')).toBe("inputs.service == 'a' && 'it''s' || inputs.service");
});

it('finds the project of each, whatever it is called', () => {
  const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,5}[a-z0-9])?$/);
  const project = fc.stringMatching(/^@?[a-z][a-z0-9/.-]{0,6}$/);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ name, project }), { selector: (each) => each.name, maxLength: 5 }),
      (all) => {
        for (const each of all) {
          expect(atAzure(projectAtAzure(all, 'parameters.service'), each.name)).toBe(each.project);
          expect(atGitHub(projectAtGitHub(all, 'inputs.service'), each.name)).toBe(each.project);
        }
      },
    ),
  );
});
