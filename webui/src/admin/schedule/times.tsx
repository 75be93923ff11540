/** When a rule is due: the next five moments, and what a rule that is not saved yet means. */

import { useEffect, useState } from "preact/hooks";
import { ask, query } from "../../shared/api";
import { language, languageTag, words } from "../../shared/language";
import { schedule_words } from "./words";
import { errorSentence } from "../state";
import { Card } from "../shared/parts";
import "./styles.css";

const WAIT_MS = 300; // after the last key

/** The IANA names that this browser knows. */
export function zones(): string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone")];
}

function format(zone: string): Intl.DateTimeFormat {
  const style = { dateStyle: "full", timeStyle: "short" } as const;
  try {
    return new Intl.DateTimeFormat(languageTag.value, { ...style, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(languageTag.value, style); // a zone that only the server knows
  }
}

export function NextTimes({ times, zone }: { times: readonly string[]; zone: string }) {
  const w = schedule_words.value;
  const shown = format(zone);
  return (
    <Card title={w.next_five(zone)} id="next-times">
      {times.length === 0 ? (
        <p class="quiet">{w.next_none}</p>
      ) : (
        <ol class="next-times">
          {times.map((at) => (
            <li key={at}>
              <time dateTime={at}>{shown.format(new Date(at))}</time>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

interface Rule {
  cron: string;
  timezone: string;
}

type Meaning =
  { kind: "none" } | { kind: "read"; sentence: string } | { kind: "wrong"; sentence: string };

/** Reads a rule out while it is typed. */
export function Preview({ rule: { cron, timezone } }: { rule: Rule }) {
  const w = schedule_words.value;
  const [meaning, setMeaning] = useState<Meaning>({ kind: "none" });
  const spoken = language.value;

  useEffect(() => {
    let is_current = true;
    async function read(): Promise<void> {
      if (cron === "") return;
      try {
        const found = await ask<{ sentence: string }>(
          query("/schedule/preview", { cron, timezone }),
        );
        if (is_current) setMeaning({ kind: "read", sentence: found.sentence });
      } catch (error) {
        const sentence = errorSentence(error, words.value.failed_network);
        if (is_current) setMeaning({ kind: "wrong", sentence });
      }
    }
    const timer = setTimeout(() => void read(), WAIT_MS);
    return () => {
      is_current = false;
      clearTimeout(timer);
    };
  }, [cron, timezone, spoken]);

  return (
    <p class={meaning.kind === "wrong" ? "note is-failed" : "note"} role="status" id="cron-meaning">
      {meaning.kind === "read" && w.preview(meaning.sentence)}
      {meaning.kind === "wrong" && meaning.sentence}
    </p>
  );
}
