/** Starts the draw page. */

import { effect } from "@preact/signals";
import { render } from "preact";
import { words } from "./shared/language";
import { listenForKeys } from "./draw/keyboard";
import { introduce, startOutbox } from "./draw/label-actions";
import { followLive } from "./draw/live-actions";
import { loadMine } from "./draw/mine-actions";
import { Page } from "./draw/page";
import { readFragment } from "./draw/privacy-place";
import { listenForPictures } from "./draw/picture-actions";
import "./shared/tokens.css";
import "./shared/base.css";
import "../styles/draw.css";

const root = document.getElementById("page");
if (root !== null) {
  render(<Page />, root);
  effect(() => {
    document.title = words.value.title;
  });
  readFragment();
  addEventListener("hashchange", readFragment);
  listenForKeys();
  listenForPictures();
  startOutbox();
  followLive();
  // the list is about whoever the cookie names, so the cookie comes first
  introduce().then(loadMine, loadMine);
}
