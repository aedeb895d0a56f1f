import { Refusal } from '../../../../model/errors/product-error.ts';
import { stringOption } from '../../options/declare-options.ts';
import { badOption, type Option } from '../../options/option.ts';

const text = stringOption('', 'COMMIT');

/** `--commit=1a2b3c4`. Nx makes a number of a name that has digits only, or an `e` among them: `12345e67`. */
export const commitOption: Option<string> = {
  kind: 'commit',
  type: 'string',
  description: 'Name of a commit (also abbreviated), a tag or a branch; required',
  value: 'COMMIT',
  read(value, context) {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
    if (typeof value === 'number') throw badOption(context, value, 'Nx reads it as a number: give more digits of it.');
    const commit = text.read(value, context);
    if (commit !== undefined) return commit;
    throw new Refusal({
      type: 'which-commit',
      doing: context.doing,
      reason: 'No commit is given.',
      remedy: 'Give one with `--commit`: its name (also abbreviated), a tag or a branch.',
    });
  },
};
