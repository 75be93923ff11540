/** Map: drawings and MNIST as a version sees them, and where labels and neighbours differ. */

import type { VNode } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { languageTag } from "../../shared/language";
import { agoOf } from "../../shared/when";
import { words } from "../../shared/words";
import { ActionNote, Show } from "../shared/parts";
import { useAction, useLoaded } from "../shared/requests";
import { go, isAdmin, newsKey, query, stay } from "../state";
import { mapApi, type MapDocument, type Maps } from "./calls";
import { MapCanvas } from "./canvas";
import { Controls, Key } from "./controls";
import { isAmongOthers, type MapPoint, pointsOf, rowsByDigit, shownPoints } from "./points";
import { type MapQuery, readQuery, writeQuery } from "./query";
import { ByDigit, PointCard, Strays } from "./tables";
import { mapWords } from "./words";
import "./styles.css";

/** Progress of the live version's map, if one is being made. */
function Making({ maps }: { maps: Maps }) {
  const w = mapWords.value;
  if (maps.message !== null) {
    return (
      <div class="failed" role="alert">
        <p>
          <strong>{w.failed}</strong>
        </p>
        <p>{w.failure(maps.failure, maps.message)}</p>
      </div>
    );
  }
  if (!maps.is_owed) return null;
  const since = maps.making_since;
  const seconds = since === null ? 0 : (Date.now() - new Date(since).getTime()) / 1000;
  return (
    <p class="banner" role="status" id="map-making">
      {maps.items.length > 0 && `${w.makingAgain} `}
      {maps.making === null
        ? w.waiting
        : w.makingFor(w.making[maps.making], Math.max(0, Math.round(seconds)), maps.last_seconds)}
    </p>
  );
}

function Again({ onAsked }: { onAsked: () => void }) {
  const w = mapWords.value;
  const action = useAction();
  if (!isAdmin.value) return null;
  return (
    <div class="button-row">
      <button
        type="button"
        class="plain-button"
        id="map-again"
        disabled={action.state.kind === "busy"}
        onClick={() =>
          action.run(async () => {
            await mapApi.makeAgain();
            onAsked();
            return w.againDone;
          })
        }
      >
        {w.again}
      </button>
      <ActionNote state={action.state} />
    </div>
  );
}

const LOOK_MS = 2_000;

function show(wanted: MapQuery, how: "push" | "replace" = "replace"): void {
  stay("map", "", writeQuery(wanted), how);
}

function open(point: MapPoint): void {
  if (point.id !== null) go("drawings", point.id);
}

function leadSentence(points: readonly MapPoint[]): string {
  const w = mapWords.value;
  const drawings = points.filter(({ id }) => id !== null);
  if (drawings.length === 0) return w.leadOnlyMnist;
  return w.lead(drawings.length, drawings.filter(isAmongOthers).length);
}

function Facts({ map, maps }: { map: MapDocument; maps: Maps }) {
  const w = mapWords.value;
  const ago = words.value.ago(agoOf(map.made_at, new Date(), languageTag.value));
  const said = [
    w.facts(map.version, ago, map.mnist.place.length, map.drawings.place.length),
    ...(maps.live_version !== null && maps.live_version !== map.version
      ? [w.notLive(maps.live_version)]
      : []),
    ...(map.n_since > 0 ? [w.since(map.n_since)] : []),
  ];
  return (
    <p id="map-facts">
      {said.join(w.sentenceGap)}
      {w.sentenceGap}
      <span class="quiet">{w.explained}</span>
    </p>
  );
}

function Drawn({ map, maps, onAsked }: { map: MapDocument; maps: Maps; onAsked: () => void }) {
  const w = mapWords.value;
  const wanted = readQuery(query.value);
  const key = `${map.version} ${map.made_at}`;
  const inks = useLoaded(
    useCallback(() => mapApi.inks(map.version), [map.version]),
    key,
  );
  const [focused, setFocused] = useState<MapPoint | null>(null);
  const points = useMemo(() => pointsOf(map), [map]);
  const filters = writeQuery({ ...wanted, version: null, colour: "digit" });
  const shown = useMemo(() => shownPoints(points, readQuery(filters)), [points, filters]);
  const sheet = inks.kind === "ready" ? inks.value : null;
  const seen = focused !== null && shown.includes(focused) ? focused : null;
  return (
    <>
      <div class="lead map-lead">
        <h1 id="lead">{leadSentence(points)}</h1>
        <Facts map={map} maps={maps} />
      </div>
      <Making maps={maps} />
      <Controls points={points} wanted={wanted} maps={maps} onChange={show} />
      <div class="map-desk">
        <div class="map-frame">
          <MapCanvas
            shown={shown}
            colour={wanted.colour}
            inks={sheet}
            focused={seen}
            onFocus={setFocused}
            onOpen={open}
          />
          <Key colour={wanted.colour} />
          {shown.length === 0 && <p class="map-empty">{w.nothingShown}</p>}
        </div>
        <PointCard point={seen} sheet={sheet} version={map.version} />
      </div>
      <p class="hint" id="map-keys-hint">
        {w.keys}
      </p>
      <Strays shown={shown} sheet={sheet} onFocus={setFocused} />
      <ByDigit rows={rowsByDigit(shown).filter(({ digit }) => wanted.digits.includes(digit))} />
      <Again onAsked={onAsked} />
    </>
  );
}

function Version({ version, maps, onAsked }: { version: number; maps: Maps; onAsked: () => void }) {
  const madeAt = maps.items.find((one) => one.version === version)?.made_at ?? "";
  const load = useCallback(() => mapApi.map(version), [version]);
  const loaded = useLoaded(load, `${version} ${madeAt}`);
  return <Show loaded={loaded}>{(map) => <Drawn map={map} maps={maps} onAsked={onAsked} />}</Show>;
}

/** Before the first map. */
function NoMap({ maps, onAsked }: { maps: Maps; onAsked: () => void }) {
  const w = mapWords.value;
  return (
    <>
      <div class="lead map-lead">
        <h1 id="lead">{w.leadNone}</h1>
        <p>{maps.live_version === null ? w.noVersion : w.explained}</p>
      </div>
      <Making maps={maps} />
      {maps.message !== null && <Again onAsked={onAsked} />}
    </>
  );
}

export default function MapPage(): VNode {
  const [nLooks, setLooks] = useState(0);
  const loaded = useLoaded(mapApi.maps, `${newsKey.value} ${nLooks}`);
  const isOwed = loaded.kind === "ready" && loaded.value.is_owed;
  const look = () => setLooks((n) => n + 1);

  useEffect(() => {
    if (!isOwed) return;
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [isOwed]);

  return (
    <Show loaded={loaded}>
      {(maps) => {
        const wanted = readQuery(query.value).version;
        const has = (version: number | null) => maps.items.some((one) => one.version === version);
        const version = wanted ?? (has(maps.live_version) ? maps.live_version : null);
        const shown = version ?? maps.items[0]?.version;
        return shown === undefined ? (
          <NoMap maps={maps} onAsked={look} />
        ) : (
          <Version version={shown} maps={maps} onAsked={look} />
        );
      }}
    </Show>
  );
}
