/** Data: export, import, and the recent transfers. */

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { languageTag } from "../../shared/language";
import { poll, type Polling } from "../../shared/polling";
import type { List } from "../../shared/shapes";
import { Card, Show } from "../shared/parts";
import type { Loaded } from "../shared/requests";
import { errorSentence, isAdmin, lookAgain } from "../state";
import { adminWords } from "../words";
import { data, isMoving, type Transfer } from "./calls";
import { ExportCard, sizeFigure } from "./export-card";
import { ImportCard, watch, watchedOf } from "./import-card";
import { dataWords } from "./words";
import "./styles.css";

const POLL_MOVING_MS = 700;
const POLL_IDLE_MS = 8_000;
const HURRY_MS = 15_000; // an export needs some seconds to begin on a busy machine
type Transfers = Loaded<List<Transfer>>;

/** Poll the transfers, quickly while one is in progress, and refresh the figures when it ends. */
function useTransfers(): { loaded: Transfers; again: () => void } {
  const [loaded, setLoaded] = useState<Transfers>({ kind: "loading" });
  const polling = useRef<Polling | null>(null);
  const hurriedAt = useRef(-HURRY_MS);

  useEffect(() => {
    let doesMove = false;
    async function look(): Promise<void> {
      try {
        const value = await data.transfers();
        const didMove = doesMove;
        doesMove = value.items.some(isMoving);
        setLoaded({ kind: "ready", value });
        if (didMove && !doesMove) lookAgain();
      } catch (error) {
        const message = errorSentence(error, adminWords.value.noConnection);
        setLoaded((before) => (before.kind === "ready" ? before : { kind: "failed", message }));
      }
    }
    const started = poll(look, () => {
      const isHurried = performance.now() - hurriedAt.current < HURRY_MS;
      return doesMove || isHurried ? POLL_MOVING_MS : POLL_IDLE_MS;
    });
    polling.current = started;
    return () => started.stop();
  }, []);

  function again(): void {
    hurriedAt.current = performance.now();
    polling.current?.now();
  }

  return { loaded, again };
}

function Row({ transfer }: { transfer: Transfer }) {
  const w = dataWords.value;
  const { id, kind, status, format, file_name, n_total, n_done, n_new, n_bytes, by } = transfer;
  const formatTime = new Intl.DateTimeFormat(languageTag.value, {
    dateStyle: "medium",
    timeStyle: "short",
  });
  const isDone = kind === "import" && status === "done";
  const n = isDone ? n_new : isMoving(transfer) ? n_done : (n_total ?? n_done);
  const what = [file_name ?? format ?? "", n_bytes === null ? "" : sizeFigure(n_bytes)];
  return (
    <tr data-status={status}>
      <td>{w.kind(kind)}</td>
      <td class="data-what">{what.filter((one) => one !== "").join(" · ")}</td>
      <td class="figure">{w.n(n)}</td>
      <td>
        {w.statusName(status)}
        {isMoving(transfer) && n_total !== null && n_total > 0 && (
          <progress
            class="data-progress"
            aria-label={w.statusName(status)}
            max={n_total}
            value={n_done}
          />
        )}
      </td>
      <td class="data-by">{by}</td>
      <td class="figure">
        <time dateTime={transfer.created_at}>
          {formatTime.format(new Date(transfer.created_at))}
        </time>
      </td>
      <td>
        {kind === "import" && isAdmin.value && (
          <button
            type="button"
            class="quiet-button"
            aria-label={`${w.show}: ${file_name ?? String(id)}`}
            onClick={() => {
              watch(id);
              document.getElementById("import-card")?.scrollIntoView({ block: "nearest" });
            }}
          >
            {w.show}
          </button>
        )}
      </td>
    </tr>
  );
}

function Recent({ items }: { items: readonly Transfer[] }) {
  const w = dataWords.value;
  if (items.length === 0) return <p class="quiet">{w.noneYet}</p>;
  return (
    <div class="data-scroll" tabIndex={0} role="region" aria-label={w.recentTable}>
      <table class="data-table" id="transfers">
        <thead>
          <tr>
            {[w.way, w.what, w.howMany, w.state, w.by, w.when].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {items.map((transfer) => (
            <Row key={transfer.id} transfer={transfer} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function leadOf(items: readonly Transfer[]): string {
  const w = dataWords.value;
  const nMoving = items.filter(isMoving).length;
  if (nMoving > 0) return w.leadMoving(nMoving);
  return isAdmin.value && items.some(({ status }) => status === "ready") ? w.leadReady : w.leadIdle;
}

export default function DataPage(): VNode {
  const w = dataWords.value;
  const { loaded, again } = useTransfers();
  const items = loaded.kind === "ready" ? loaded.value.items : [];
  return (
    <>
      <div class="lead">
        <h1 id="lead">{leadOf(items)}</h1>
      </div>
      <div class="data-cards">
        <ExportCard onExport={again} />
        {isAdmin.value ? (
          <ImportCard watched={watchedOf(items)} onChanged={again} />
        ) : (
          <Card title={w.import}>
            <p class="hint">{w.importAdmins}</p>
          </Card>
        )}
      </div>
      <Card title={w.recent} id="recent">
        <Show loaded={loaded}>{({ items: shown }) => <Recent items={shown} />}</Show>
      </Card>
    </>
  );
}
