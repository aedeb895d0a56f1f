import { entry } from './error-entry.ts';

/** Types of errors of what people type: options, and what generators are asked for. */
export const generatorErrors = {
  'unknown-option': entry('There is no such option.', 'Choose one of those that are listed.'),
  'bad-option': entry('The option does not accept this value.', 'See `--help`.'),
  'unexpected-argument': entry('There are unexpected arguments.', 'Give one name, and options as `--option=value`.'),
  'which-commit': entry('No commit is given.', 'Give one with `--commit`.'),
  'which-ci': entry('It is not clear for which CI.', 'Choose one with `--ci`.'),
  'service-exists': entry('The project or folder exists already.', 'Choose another name, or remove it first.'),
  'service-needed': entry('Other projects depend on the service.', 'Remove those dependencies first.'),
  'bad-port': entry('The port cannot be used.', 'Choose a whole number from 1024 to 65535.'),
  'bad-api-suffix': entry('The path of the API cannot be used.', 'Choose lower-case words such as `shipping/v1`.'),
  'no-such-stack': entry('There is no such stack.', 'Choose one of those that are listed.'),
  'environment-exists': entry('The environment exists already.', 'Change its file, or choose another name.'),
  'environment-name-taken': entry('A file of that name exists already.', 'Choose another name, or move the file.'),
  'bad-order': entry('The order cannot be used.', 'Choose a whole number.'),
  'order-taken': entry('Another environment has this order.', 'Choose another one.'),
  'nothing-to-take-over': entry('There is no environment to copy from.', 'Give the missing options.'),
  'no-services': entry('The workspace has no service.', 'Run `nx g @poc/plugin:service`.'),
  'service-elsewhere': entry('A service is not in `apps/`.', 'Move it there.'),
  'bad-pipeline-variables': entry('The variables of a pipeline cannot be read.', 'Fix `pipeline.variables.yml`.'),
  'bad-region': entry('A custom region of a generated file is broken.', 'Restore its begin and end marks.'),
  'not-generated': entry('The file exists and was not generated.', 'Move it, then generate again.'),
} as const;
