import { closestName } from '../../../plugin/src/model/text/did-you-mean.ts';
import { state } from '../store.ts';
import { terms } from './lines.ts';

/** Returns the service whose name is nearest to a word of the filter, for somebody who misspelt it. */
export function nearestService(): string | undefined {
  const words = terms.value.flatMap(({ key, value }) => (key === 'text' ? [value] : []));
  const names = (state.value?.rows ?? []).map(({ service }) => service);
  return words.map((word) => closestName(word, names)).find((name) => name !== undefined);
}
