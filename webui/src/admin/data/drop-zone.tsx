/** Where a file is dropped or chosen, and how much of it has been sent. */

import { useRef, useState } from "preact/hooks";
import { data_words } from "./words";
import { words } from "../../shared/language";
import { errorSentence } from "../state";
import { ActionNote } from "../shared/parts";
import { importFile } from "./calls";
import { watch } from "./watched";

interface DropProps {
  onSent: () => void;
}

export function DropZone({ onSent }: DropProps) {
  const w = data_words.value;
  const input = useRef<HTMLInputElement>(null);
  const [percent, setPercent] = useState<number | null>(null);
  const [problem, setProblem] = useState("");
  const [is_over, setOver] = useState(false);

  async function take(file: File | undefined): Promise<void> {
    if (file === undefined || percent !== null) return;
    setProblem("");
    setPercent(0);
    try {
      const transfer = await importFile(file, (share) => setPercent(Math.floor(share * 100)));
      watch(transfer.id);
      onSent();
    } catch (error) {
      setProblem(errorSentence(error, words.value.failed_network));
    } finally {
      setPercent(null);
    }
  }

  return (
    <>
      <div
        class={is_over ? "drop-zone is-over" : "drop-zone"}
        id="drop-zone"
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take(event.dataTransfer?.files[0]);
        }}
      >
        {percent === null ? (
          <p>
            <span class="for-pointers">{w.drop} </span>
            <button
              type="button"
              class="plain-button"
              id="choose-file"
              onClick={() => input.current?.click()}
            >
              {w.choose}
            </button>
          </p>
        ) : (
          <>
            <p role="status">{w.uploading(percent)}</p>
            <progress class="data-progress" max={100} value={percent} aria-label={w.import} />
          </>
        )}
        <input
          ref={input}
          id="import-file"
          type="file"
          hidden
          aria-label={w.choose}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = ""; // the same file may be chosen again
            void take(file);
          }}
        />
      </div>
      <ActionNote
        state={problem === "" ? { kind: "idle" } : { kind: "failed", message: problem }}
      />
    </>
  );
}
