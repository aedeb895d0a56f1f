import type { Refusal } from '../../model/errors/product-error.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { findRelease } from './find-release.ts';

const number = (text: string) => BuildNumber.parse(text)!;

/** What is said about a number of orders when these tags are there, none of which tells of a release. */
async function refusalOf(text: string, tags: readonly string[]): Promise<string> {
  const { repository } = new ReleaseScenario();
  jest.spyOn(repository, 'releaseTags').mockResolvedValue(tags.map((each) => new ReleaseTag('orders', number(each))));
  const error: unknown = await findRelease('orders', number(text), { repository }).catch((thrown: unknown) => thrown);
  return (error as Refusal).explain();
}

it('tells a tag that is not there from one that no release wrote', async () => {
  expect(await refusalOf('20261124-3', ['20261124-2'])).toMatch(
    /There is no tag orders-20261124-3\.[^]*The newest is 20261124-2\./,
  );
  const said = await refusalOf('20261124-3', ['20261124-2', '20261124-3', '20261123-1']);
  expect(said).toMatch(/Tag orders-20261124-3 is there, but [^]*The newest are 20261124-2, 20261123-1\./);
  expect(said).not.toContain('There is no tag');
});
