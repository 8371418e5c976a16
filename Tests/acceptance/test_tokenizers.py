"""Paired bytes against the library that writes such files."""
import json
import random

import numpy as np
import pytest
import tritonclient.grpc as triton
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, processors, trainers

from server import ROOT, Server

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]


def trained(prefix, roberta):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>" if roberta else None))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    trainer = trainers.BpeTrainer(
        vocab_size=1200, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator([(ROOT / name).read_text() for name in ("README.md", "CONTRIBUTING.md")], trainer)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    ids = {name: tokenizer.token_to_id(name) for name in SPECIAL}
    tokenizer.post_processor = (
        processors.RobertaProcessing(("</s>", ids["</s>"]), ("<s>", ids["<s>"]), add_prefix_space=prefix) if roberta
        else processors.ByteLevel(trim_offsets=False))
    return tokenizer


def texts():
    fixed = ["", " ", "Hello, world", "I'll say they're what we've got, it's Tom's; 'twas I'd", "don't can't WON'T 'S", "tabs\tand\n\nnew  lines   \n end ",
             "  two blanks first", "trailing  ", "12345 6.78e9 x2y3", "naïve café — “quotes” … ½ ²³ Ⅷ", "日本語のテキスト 漢字かな", "🙂👍🏽 family 👨‍👩‍👧", "a<mask>b  <mask> c</s>",
             "\u00a0non\u2003breaking\u3000blanks", "Привет, мир! Ёж", "\x00\x01 control \x7f", "e\u0301 combined", "aaaa" * 500, "no_break-here/at:all" * 20]
    source = random.Random(5)
    letters = "abc XYZ  \t\n'’sdmt.,!0123éß漢字Ωя🙂½\u00a0" + "".join(SPECIAL)
    return fixed + ["".join(source.choice(letters) for _ in range(source.randrange(1, 60))) for _ in range(400)]


@pytest.mark.parametrize("prefix, roberta, old", [(False, False, False), (True, True, False), (False, True, True)])
def test_paired_bytes_are_those_of_the_library(tmp_path, prefix, roberta, old):
    tokenizer = trained(prefix, roberta)
    (tmp_path / "bpe" / "1").mkdir(parents=True)
    document = json.loads(tokenizer.to_str())
    if old:
        # As older files have it: one text a merge.
        document["model"]["merges"] = [" ".join(merge) for merge in document["model"]["merges"]]
    (tmp_path / "bpe" / "tokenizer.json").write_text(json.dumps(document))
    (tmp_path / "bpe" / "model.yaml").write_text("""
max_batch_size: 0
inputs: [{name: text, datatype: BYTES, shape: [-1]}]
outputs: [{name: ids}, {name: mask}]
steps: [{op: bpe, with: {file: tokenizer.json, max_length: 4096}, inputs: {x: text}, outputs: {ids: ids, mask: mask}}]
""")
    with Server(tmp_path) as server, triton.InferenceServerClient(server.grpc) as client:
        samples = texts()
        tensor = triton.InferInput("text", [len(samples)], "BYTES")
        tensor.set_data_from_numpy(np.array([text.encode() for text in samples], dtype=object))
        answer = client.infer("bpe", [tensor])
        ids, mask = answer.as_numpy("ids"), answer.as_numpy("mask")
    for text, row, there in zip(samples, ids, mask):
        assert row[:there.sum()].tolist() == tokenizer.encode(text).ids, repr(text)
