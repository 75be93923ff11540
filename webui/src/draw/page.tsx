/** The draw page. */

import { Announcer, Answer, hasMessage, SeenInk } from "./answer";
import { Bars, ConfirmButton, DigitKeys } from "./choices";
import { Header } from "./header";
import { KeysDialog } from "./keyboard";
import { DrawingSheet, MyDrawings } from "./my-drawings";
import { DrawingPad } from "./pad";
import { focusPad, isPictureOver } from "./pad-actions";
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
        {w.skipToCanvas}
      </a>
      <Header />
      <main class="draw-page" id="main">
        <div class={isPictureOver.value ? "desk is-picture-over" : "desk"}>
          <DrawingPad />
          <Tools />
          {isPictureOver.value && <p class="drop-hint">{w.dropHere}</p>}
        </div>
        <section class={hasMessage.value ? "reading has-message" : "reading"} aria-label={w.answer}>
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
