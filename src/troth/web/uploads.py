"""No page takes a file yet: what is sent all the same is not written anywhere."""

from typing import NoReturn

from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class NoFiles(FileUploadHandler):
    """Ends the reading of a body at its first file. Django would write it to the disk whole, before any page is asked:
    a body is read to find the token against forged requests, and a file in it may be of any size."""

    def new_file(self, *_args: object, **_options: object) -> NoReturn:
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None
