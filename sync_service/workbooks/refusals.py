"""Why a workbook is refused and left as it was: one class a reason, its sentence in both languages.

RefusedBookError
    DamagedBookError    not a workbook, or one that cannot be read without doubt
    BombError           larger inside than anything a person makes
    EncryptedBookError  password-protected, or the old .xls container
    SignedBookError     a signature would break
    ActiveContentError  an upload that could run something
    IrregularFileError  a folder, pipe or device where a workbook belongs
    WrongEndingError    the name promises another kind of file
    BookInUseError      open in Excel or LibreOffice: nothing is touched, try later
    BookChangedError    saved by somebody since it was read: read again and try again
    CellRefusedError    this one cell cannot take a value
    TableRefusedError   the table cannot take the rows
    UnverifiedError     the new file did not pass its own check; the old one stays
"""

from __future__ import annotations

from kpi.errors import KpiError

CHOOSE_FREE = ("Choose a free cell.", "请选择其他单元格。")


class RefusedBookError(KpiError):
    """A workbook that is left exactly as it was; `texts` holds the sentence in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        """Make the sentence."""
        super().__init__(f"{en} / {zh}")
        self.texts = {"en": en, "zh": zh}


class DamagedBookError(RefusedBookError):
    """The bytes are no workbook, or contradict themselves."""

    def __init__(self, what: str, zh: str) -> None:
        """Make the sentence."""
        super().__init__(
            f"The workbook is damaged: {what}. Open it in Excel, save it again, and retry.",
            f"工作簿已损坏：{zh}。请用 Excel 打开并另存后重试。",
        )


class BombError(RefusedBookError):
    """Larger inside than anything a person makes."""

    def __init__(self, what: str, zh: str) -> None:
        """Make the sentence."""
        super().__init__(
            f"The workbook is refused as unsafe: {what}. Remove what is not needed and save again.",
            f"工作簿不安全，已拒绝：{zh}。请删去多余内容后另存。",
        )


class EncryptedBookError(RefusedBookError):
    """A compound file: an encrypted .xlsx or an old .xls."""

    def __init__(self, name: str) -> None:
        """Make the sentence."""
        super().__init__(
            f"{name} is password-protected (or an old .xls) and cannot be refreshed. "
            "Remove the password, or save it as .xlsx.",
            f"{name} 有打开密码（或为旧版 .xls），无法刷新。请取消密码或另存为 .xlsx。",
        )


class SignedBookError(RefusedBookError):
    """A package signature, which any change breaks."""

    def __init__(self, name: str) -> None:
        """Make the sentence."""
        super().__init__(
            f"{name} is digitally signed; any change would break the signature. "
            "Remove the signature, or refresh a copy without it.",
            f"{name} 带有数字签名，任何修改都会使其失效。请移除签名或刷新无签名副本。",
        )


class ActiveContentError(RefusedBookError):
    """An upload that holds something that could run or reach outside."""

    def __init__(self, name: str, found: str) -> None:
        """Make the sentence."""
        super().__init__(
            f"{name} is refused: it holds {found}. Save it as a plain .xlsx without it.",
            f"{name} 已拒绝：含有 {found}。请另存为不含该内容的普通 .xlsx。",
        )


class IrregularFileError(RefusedBookError):
    """A path that is there and is no ordinary file."""

    def __init__(self, name: str) -> None:
        """Make the sentence."""
        super().__init__(
            f"{name} is no ordinary file (a folder, pipe or device); it is left as it is. "
            "Give the path of a workbook file.",
            f"{name} 不是普通文件（是文件夹、管道或设备），未作任何修改。请给出工作簿文件的路径。",
        )


class WrongEndingError(RefusedBookError):
    """A name by which no program would open the workbook."""

    def __init__(self, name: str, wanted: str) -> None:
        """Make the sentence; `wanted` is the ending with its point."""
        super().__init__(
            f"{name} would not open: what is inside is a {wanted} workbook. "
            f"Give it the ending {wanted}.",
            f"{name} 将无法打开：其内容是 {wanted} 工作簿。请把扩展名改为 {wanted}。",
        )


class BookInUseError(RefusedBookError):
    """Somebody has the workbook open."""

    def __init__(self, name: str, who: str, sign: str) -> None:
        """Make the sentence."""
        super().__init__(
            f"{name} is open by {who or 'somebody'}; nothing was changed. Close it and retry "
            f"(if nobody has it open, delete {sign}).",
            f"{name} 正被 {who or '他人'} 打开，未作任何修改。请关闭后重试"
            f"（若确无人打开，请删除 {sign}）。",
        )


class BookChangedError(RefusedBookError):
    """The file is not the one that was read."""

    def __init__(self, name: str) -> None:
        """Make the sentence."""
        super().__init__(
            f"{name} was saved since it was read; nothing was changed. Read it again and retry.",
            f"{name} 在读取后又被保存，未作任何修改。请重新读取后再试。",
        )


class CellRefusedError(RefusedBookError):
    """One cell that cannot take a value."""

    def __init__(self, cell: str, en: str, zh: str, mend: tuple[str, str] = CHOOSE_FREE) -> None:
        """Make the sentence; `mend` in English and Chinese."""
        super().__init__(f"{cell} is refused: {en}. {mend[0]}", f"{cell} 不能写入：{zh}。{mend[1]}")


class TableRefusedError(RefusedBookError):
    """A table that cannot take the rows that are due."""


class UnverifiedError(RefusedBookError):
    """The new file failed its own check; the old one is in place."""

    def __init__(self, what: str) -> None:
        """Make the sentence."""
        super().__init__(
            f"The new file did not pass its check ({what}); the old one is untouched. "
            "Retry, and report it if it happens again.",
            f"新文件未通过校验（{what}），原文件未动。请重试；若再次出现请反馈。",
        )
