/** The numbers that name the epoch, for whoever wants to check them elsewhere. */

import type { Recommendations } from "../api/service.ts";

export function EpochFacts({ recommendations: { epoch, model } }: { recommendations: Recommendations }) {
  const facts: Array<[string, string | null | undefined]> = [
    ["Epoch", epoch.epoch === null ? null : `${epoch.epoch} (${epoch.state}, says the service)`],
    ["Model", model?.name],
    ["Model digest", model?.digest],
    ["Track root", epoch.track_root],
    ["Listener root", epoch.listener_root],
    ["Bundle", epoch.bundle_cid],
    ["Contract", epoch.contract],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value ? (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{value}</code>
            </dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}
