"""Our reader of config.pbtxt beside Python's text_format: what one refuses the other refuses, and what both read is the same message.

A thousand made-up configurations in every style of writing, and damaged ones. MARTLET_TEXT_CONFIGS adds a folder of configurations of others.
"""
import os, pathlib, random, re, subprocess, sys

import pytest
from google.protobuf import descriptor, text_format
from grpc_tools import protoc

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """The class of our own description, compiled by protoc."""
    out = tmp_path_factory.mktemp("protos")
    assert protoc.main(["protoc", f"-I{ROOT}/protos/inference", f"--python_out={out}", "model_config.proto"]) == 0
    import importlib.util
    # In a pool of its own: the client's package has the same names.
    source = (out / "model_config_pb2.py").read_text().replace("_descriptor_pool.Default()", "_descriptor_pool.DescriptorPool()")
    (out / "our_config_pb2.py").write_text(source)
    spec = importlib.util.spec_from_file_location("our_config_pb2", out / "our_config_pb2.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ModelConfig


TEXTS = ["", "x", "model_0", "it's", 'say "so"', "a\\b", "tab\there", "line\nend", "ünï ☃ 𝄞", "#no comment", "{}[]<>:;,", "%s %n"]


def scalar(field, chance):
    kinds = descriptor.FieldDescriptor
    if field.type == kinds.TYPE_STRING:
        return chance.choice(TEXTS)
    if field.type == kinds.TYPE_BYTES:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(6)))
    if field.type == kinds.TYPE_BOOL:
        return chance.random() < 0.5
    if field.type == kinds.TYPE_ENUM:
        return chance.choice(field.enum_type.values).number
    if field.cpp_type in (kinds.CPPTYPE_FLOAT, kinds.CPPTYPE_DOUBLE):
        return chance.choice([0.0, 1.0, -2.5, 1e30, 1e-30, 0.1, float("inf"), float("-inf")])
    low, high = {kinds.CPPTYPE_INT32: (-2**31, 2**31 - 1), kinds.CPPTYPE_UINT32: (0, 2**32 - 1), kinds.CPPTYPE_INT64: (-2**63, 2**63 - 1),
                 kinds.CPPTYPE_UINT64: (0, 2**64 - 1)}[field.cpp_type]
    return chance.choice([low, high, 0, 1, chance.randrange(0, 100), chance.randrange(low, high)])


def fill(message, chance, depth=0):
    for field in message.DESCRIPTOR.fields:
        if chance.random() > (0.35 if depth else 0.5) or depth > 4:
            continue
        if field.message_type and field.message_type.GetOptions().map_entry:
            key, value = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
            for _ in range(chance.randrange(3)):
                at = scalar(key, chance)
                if value.message_type:
                    fill(getattr(message, field.name)[at], chance, depth + 1)
                else:
                    getattr(message, field.name)[at] = scalar(value, chance)
        elif field.message_type:
            repeated = field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED
            for _ in range(chance.randrange(1, 3) if repeated else 1):
                inner = getattr(message, field.name).add() if repeated else getattr(message, field.name)
                inner.SetInParent() if not repeated else None
                fill(inner, chance, depth + 1)
        elif field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED:
            getattr(message, field.name).extend(scalar(field, chance) for _ in range(chance.randrange(3)))
        else:
            setattr(message, field.name, scalar(field, chance))


# Any part of a text that is not within a string.
OUTSIDE = re.compile(r'("(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\')')


def restyle(text, chance):
    """The same message as people write it."""
    parts = OUTSIDE.split(text)
    style = chance.randrange(8)
    for index in range(len(parts)):
        part = parts[index]
        if index % 2 == 0:
            if style == 1:
                part = re.sub(r" \{", ": {", part)
            elif style == 2:
                part = re.sub(r"\n( *)(\w)", lambda m: f"\n{m[1]}# said {m[1]}so\n{m[1]}{m[2]}", part)
            elif style == 3:
                part = part.replace("\n", "\r\n")
            elif style == 4:
                part = re.sub(r": (\d+)\b(?!\.)(?!e)", lambda m: f": {int(m[1]):#x}", part)
            elif style == 5:
                part = part.replace(": true", chance.choice([": True", ": t", ": 1"])).replace(": false", chance.choice([": False", ": f", ": 0"]))
            elif style == 6:
                part = re.sub(r"\}\n", lambda m: "}" + chance.choice([",", ";"]) + "\n", part)
            elif style == 7:
                part = part.replace("\n", "  \t \n\n")
        elif chance.random() < 0.2 and len(part) > 4 and "\\" not in part:
            half = len(part) // 2
            part = part[:half] + part[0] + " " + part[0] + part[half:]
        parts[index] = part
    return "".join(parts)


def damage(text, chance):
    if not text:
        return "{"
    at = chance.randrange(len(text))
    return chance.choice([
        text[:at], text[:at] + text[at + 1:], text[:at] + chance.choice('{}[]:,;<>"\'#\\0z-.') + text[at:], text[:at] + text[at:][::-1]])


def ours(folder):
    """Has the reader of the release build take all files of a folder."""
    done = subprocess.run(
        ["swift", "test", "-c", "release", "--skip-build", "--disable-xctest", "--filter", "configurations of a folder"], cwd=ROOT,
        env={**os.environ, "MARTLET_TEXT_CONFIGS": str(folder), "SWIFT_BACKTRACE": "enable=no"}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def read(config, text):
    try:
        return text_format.Parse(text, config())
    except (text_format.ParseError, UnicodeDecodeError, ValueError):
        return None


def test_both_readers_agree(config, tmp_path):
    chance = random.Random(3)
    for number in range(1000):
        message = config()
        fill(message, chance)
        text = text_format.MessageToString(
            message, as_utf8=chance.random() < 0.5, as_one_line=chance.random() < 0.2, use_short_repeated_primitives=chance.random() < 0.5,
            pointy_brackets=chance.random() < 0.1)
        text = restyle(text, chance)
        if number % 4 == 3:
            text = damage(text, chance)
        (tmp_path / f"{number}.pbtxt").write_bytes(text.encode())
    others = os.environ.get("MARTLET_TEXT_CONFIGS")
    for path in pathlib.Path(others).glob("*.pbtxt") if others else []:
        (tmp_path / f"other_{path.name}").write_bytes(path.read_bytes())
    ours(tmp_path)
    differences, taken, refused = [], 0, 0
    for path in sorted(tmp_path.glob("*.pbtxt")):
        try:
            expected = read(config, path.read_bytes().decode())
        except UnicodeDecodeError:
            expected = None
        found = path.with_suffix(".bin")
        if expected is None:
            refused += 1
            if found.exists():
                differences.append(f"{path.name}: only ours reads it")
        elif not found.exists():
            differences.append(f"{path.name}: only Python reads it; {path.with_suffix('.refused').read_text()}")
        else:
            taken += 1
            if config.FromString(found.read_bytes()) != expected:
                differences.append(f"{path.name}: read differently")
    print(f"{taken} read alike, {refused} refused by Python, {len(differences)} differences")
    assert not differences, "\n".join(differences[:20])
    assert taken > 700 and refused > 50
