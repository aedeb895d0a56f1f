import { timeText, type TimedWords } from '../../plugin/src/model/dashboard/timed-words.ts';
import { formatAgo, formatSecond } from '../../plugin/src/model/text/timestamp.ts';
import { timeZone } from './navigate.ts';
import { now as clock, state } from './store.ts';

/** A text whose times are in the zone that is chosen for the page; ages are counted by the server's clock. */
export function Words({ of: words }: { readonly of: TimedWords }) {
  const timing = { now: clock.value, timeZone: timeZone.value };
  return (
    <>
      {words.map((word, index) =>
        typeof word === 'string' ? (
          word
        ) : (
          <time
            key={index}
            dateTime={word.at}
            title={word.as === 'moment' ? undefined : formatSecond(word.at, timing.timeZone)}
          >
            {timeText(word, timing)}
          </time>
        ),
      )}
    </>
  );
}

/** A moment to the second, with its zone. @param now of the answer that it is from: also shows how long ago it was. */
export function Time({ iso, now }: { readonly iso: string; readonly now?: string }) {
  // The answer may have been here for an hour; the clock of the page goes on.
  const reference = state.value ? clock.value : new Date(now ?? iso);
  return (
    <time dateTime={iso}>
      {formatSecond(iso, timeZone.value)}
      {now !== undefined && <span class="d-quiet"> ({formatAgo(iso, reference)})</span>}
    </time>
  );
}
