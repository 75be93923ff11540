/** The draw page. */

import { Announcer, Answer, SeenInk } from "./answer";
import { has_message } from "./answer-words";
import { Bars, ConfirmButton, DigitKeys } from "./choices";
import { DrawingPad } from "./pad";
import { DrawingSheet } from "./drawing-sheet";
import { Header } from "./header";
import { KeysDialog } from "./keyboard";
import { MyDrawings } from "./my-drawings";
import { focusPad, is_picture_over } from "./pad-actions";
import { PrivacyPlace } from "./privacy/place";
import { StepsPanel } from "./steps";
import { Toast } from "./toast";
import { Tools } from "./tools";
import { drawWords } from "./words";

export function Page() {
  const w = drawWords.value;
  return (
    <>
      <a
        class="skip-link"
        href="#canvas"
        onClick={(event) => {
          event.preventDefault();
          focusPad();
        }}
      >
        {w.skip_to_canvas}
      </a>
      <Header />
      <main class="draw-page" id="main">
        <div class={is_picture_over.value ? "desk is-picture-over" : "desk"}>
          <DrawingPad />
          <Tools />
          {is_picture_over.value && <p class="drop-hint">{w.drop_here}</p>}
        </div>
        <section
          class={has_message.value ? "reading has-message" : "reading"}
          aria-label={w.answer}
        >
          <Answer />
          <SeenInk />
          <div class="choices">
            <ConfirmButton />
            <Bars />
            <DigitKeys />
          </div>
        </section>
        <StepsPanel />
        <MyDrawings />
      </main>
      <DrawingSheet />
      <KeysDialog />
      <PrivacyPlace />
      <Announcer />
      <Toast />
    </>
  );
}
