"""What became of telling somebody of a run's end, in words: English and Chinese. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_EN = {
    "delivered": "Delivered: it answered {status}.",
    "refused": "It answered {status} instead of 200 to 299: look in the receiver's log.",
    "redirected": "It answered with a redirect ({status}), which is never followed: save the "
    "address that it leads to.",
    "timed_out": "It did not answer within {seconds} seconds.",
    "unknown_host": "No address is known for {host}: look for a slip of the pen in it.",
    "private": "{host} leads to {address}, which is no public address, so it was not called. "
    "Whoever runs Inkloop can allow it with INKLOOP_WEBHOOK_PRIVATE=on.",
    "unreachable": "Nobody answers at {address}: is the receiver running?",
    "insecure": "Its certificate is not valid for {host}, so nothing was sent.",
    "no_http": "What answered hung up, or does not speak HTTP.",
    "withdrawn": "The address was taken away before it could be told.",
}
_ZH = {
    "delivered": "已送达，对方回答 {status}。",
    "refused": "对方回答 {status}，而不是 200 到 299。请查看接收方的日志。",
    "redirected": "对方回答的是跳转（{status}）。Inkloop 从不跟随跳转，请改填它指向的地址。",
    "timed_out": "{seconds} 秒内没有回答。",
    "unknown_host": "查不到 {host} 的地址，请看看是否写错了。",
    "private": "{host} 指向 {address}，不是公网地址，所以没有发送。"
    "运行 Inkloop 的人可以用 INKLOOP_WEBHOOK_PRIVATE=on 放行。",
    "unreachable": "{address} 没有人应答，接收方在运行吗？",
    "insecure": "对方的证书对 {host} 无效，所以什么也没有发送。",
    "no_http": "对方挂断了，或者说的不是 HTTP。",
    "withdrawn": "还没送出，地址就被撤掉了。",
}
_WORDS = {"en": _EN, "zh": _ZH}
TEST_SENTENCE = {
    "en": "A test: Inkloop tells this address when a run ends.",
    "zh": "这是测试：训练结束时，Inkloop 会通知这个地址。",
}


def outcome_sentence(outcome: str, facts: Mapping[str, Any], language: str) -> str:
    """Put an outcome of `core.webhooks.signing.Outcome` in words; `language` is `en` or `zh`."""
    return _WORDS[language][outcome].format_map(facts)
