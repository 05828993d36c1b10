"""deploy/python_env.sh makes an environment, mends a broken one, and refuses a changed package."""

import hashlib
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "deploy/python_env.sh"


def _build_wheel(folder: Path, name: str) -> str:
    """Write a wheel with one module and return its sha256."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}.py", "value = 7\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return hashlib.sha256(path.read_bytes()).hexdigest()


class _Sandbox:
    def __init__(self, folder: Path) -> None:
        self.folder, self.venv, self.lock = folder, folder / "env", folder / "the.lock"

    def write_lock(self, **hashes: str) -> None:
        self.lock.write_text(
            "".join(f"{name}==1.0 \\\n    --hash=sha256:{digest}\n" for name, digest in hashes.items())
        )

    def run(self, **environment: str) -> subprocess.CompletedProcess[str]:
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.folder)}
        return subprocess.run(
            ["sh", SCRIPT, self.venv, self.lock],
            env={**os.environ, **offline, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def value(self, module: str) -> str:
        return subprocess.run(
            [self.venv / "bin/python", "-c", f"import {module}; print({module}.value)"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()


@pytest.fixture
def sandbox(tmp_path: Path) -> _Sandbox:
    return _Sandbox(tmp_path)


def test_an_environment_holds_what_the_lock_names(sandbox: _Sandbox) -> None:
    sandbox.write_lock(onepackage=_build_wheel(sandbox.folder, "onepackage"))
    done = sandbox.run()
    assert done.returncode == 0, done.stderr
    assert sandbox.value("onepackage") == "7"


def test_an_interrupted_install_is_mended_by_the_next(sandbox: _Sandbox) -> None:
    """What a kill leaves behind: a folder with an interpreter that does not start, and no packages."""
    sandbox.write_lock(onepackage=_build_wheel(sandbox.folder, "onepackage"))
    (sandbox.venv / "bin").mkdir(parents=True)
    (sandbox.venv / "bin/python").write_text("")
    done = sandbox.run()
    assert done.returncode == 0, done.stderr
    assert sandbox.value("onepackage") == "7"


def test_a_package_that_is_not_the_locked_one_is_refused(sandbox: _Sandbox) -> None:
    _build_wheel(sandbox.folder, "onepackage")
    sandbox.write_lock(onepackage="0" * 64)
    done = sandbox.run()
    assert done.returncode != 0
    assert "HASHES" in done.stderr
    assert sandbox.value("onepackage") == ""


def test_torch_comes_from_the_index_of_cpu_wheels_without_gpu_libraries(sandbox: _Sandbox) -> None:
    digest = _build_wheel(sandbox.folder, "onepackage")
    _build_wheel(sandbox.folder, "torch")
    absent = "0" * 64
    sandbox.lock.write_text(
        "".join(
            f"{line} \\\n    --hash=sha256:{value}\n"
            for line, value in (
                ("nvidia-cublas==13.4 ; sys_platform == 'linux'", absent),
                ("onepackage==1.0", digest),
                ("torch==1.0", absent),
                ("triton==3.9 ; sys_platform == 'linux'", absent),
            )
        )
    )
    done = sandbox.run(TORCH_INDEX="file:///nowhere")
    assert done.returncode == 0, done.stderr
    assert sandbox.value("onepackage") == sandbox.value("torch") == "7"
