import type { Lane } from '../lane.ts';
import { AdmissionWebhook } from '../../../simulators/src/kubernetes/admission-webhook.ts';
import { duringDeploy } from './during-deploy.ts';

/** Milliseconds for which it is away, as one is that is started anew. */
const awayMs = 10_000;

/** Takes a webhook away during a deploy, without which nothing of the namespace may be written. */
export function takeWebhookAway(lane: Lane, answer: number): Promise<void> {
  const { site } = lane;
  return lane.round('webhook', `webhook away after answer ${answer}`, async () => {
    const webhook = await AdmissionWebhook.start();
    try {
      const remove = await site.addWebhook(webhook);
      try {
        return await duringDeploy(lane, { answer, happen: () => webhook.goAway(awayMs) });
      } finally {
        await remove();
      }
    } finally {
      webhook.close();
    }
  });
}
