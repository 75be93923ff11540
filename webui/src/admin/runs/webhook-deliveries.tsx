/** What was told to the webhook, and what became of it. */

import { words } from "../../shared/language";
import { runs_words } from "./words";
import { Card, Link } from "../shared/parts";
import { Moment } from "../shared/tables";
import type { Delivery } from "./calls";

function Row({ delivery }: { delivery: Delivery }) {
  const w = runs_words.value;
  const { event, run_id, is_waiting, outcome, sentence, created_at } = delivery;
  const state = outcome === "delivered" ? "right" : is_waiting ? "waiting" : "wrong";
  return (
    <li class={`delivery is-${state}`} data-outcome={outcome ?? ""}>
      <span class="delivery-what">
        {run_id === null ? (
          w.end(event)
        ) : (
          <Link view="runs" part={String(run_id)}>
            {words.value.admin.run_number(run_id)}
          </Link>
        )}
        {run_id !== null && <> · {w.end(event)}</>}
      </span>
      <span class="quiet">
        <Moment at={created_at} />
      </span>
      <span class="delivery-outcome">
        {sentence ?? w.hook_waiting} {is_waiting && outcome !== null && w.hook_again}
      </span>
    </li>
  );
}

export function Deliveries({ deliveries }: { deliveries: readonly Delivery[] }) {
  const w = runs_words.value;
  return (
    <Card id="deliveries" title={w.hook_last}>
      {deliveries.length === 0 ? (
        <p class="quiet">{w.hook_never}</p>
      ) : (
        <ul class="deliveries">
          {deliveries.map((delivery) => (
            <Row key={delivery.id} delivery={delivery} />
          ))}
        </ul>
      )}
    </Card>
  );
}
