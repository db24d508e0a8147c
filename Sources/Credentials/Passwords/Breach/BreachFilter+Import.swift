extension BreachFilter {
    /// Makes a filter from the published list, the one that is ordered by hash, in one pass and with the memory of a
    /// few buffers.
    ///
    /// The filter grows in `path.partial`; every so often what is done is put on the disk and noted in `path.progress`.
    /// An import that was interrupted, by whatever, continues from there when it is started again on the same list. The
    /// finished filter takes its place at `path` at once; a server that has the one before open keeps reading that.
    package struct Import: Sendable {
        /// Why a list cannot be imported.
        package enum Failure: Error, Sendable, Hashable {
            /// There is no file at this path, or it is no plain file: only that can be continued after an interruption.
            case noList(path: String)
            /// This line is not 40 hexadecimal digits, a colon and a number. The list may be cut short.
            case malformed(line: Int)
            /// The hash in this line is smaller than the one before: the list is not the one ordered by hash.
            case outOfOrder(line: Int)
            /// The list holds no hash.
            case empty
            /// The list holds more hashes than a filter can, or they are not spread as SHA-1 spreads them.
            case tooMany
            /// Somebody wrote to the list during the import.
            case listChanged
            /// Another import to the same path is running.
            case busy
        }

        /// How far an import is.
        package struct Progress: Sendable {
            package let bytesRead: Int64
            package let bytesTotal: Int64
        }

        /// What an import came to.
        package struct Summary: Sendable, Hashable {
            /// Lines of the list.
            package let lines: Int
            /// Shortened hashes in the filter; the same one counts once.
            package let entries: Int
            /// ``BreachFilter/falsePositiveRate`` of the filter.
            package let falsePositiveRate: Double
            /// The size of the filter.
            package let bytes: Int64
            /// From which line an interrupted import was continued; 0 for one that began at the beginning.
            package let continuedFromLine: Int
        }

        private let list: String
        private let path: String
        private let suffixBytes: Int
        private let checkpointEvery: Int64

        /// Of the list in the file at `list`, to a filter at `path`. A suffix of 2 bytes (3 is the other choice) makes
        /// a filter a third smaller that is wrong 256 times as often. `checkpointEvery` so many bytes of the list,
        /// progress is kept.
        package init(list: String, to path: String, suffixBytes: Int = 3, checkpointEvery: Int64 = 512 << 20) {
            self.list = list
            self.path = path
            self.suffixBytes = suffixBytes
            self.checkpointEvery = checkpointEvery
        }

        /// Runs to the end. `progress` is called after each chunk of the list that was read; when it throws, the import
        /// ends with that error and can be continued. Blocks for minutes on the whole list. Throws ``Failure`` and
        /// ``BreachFilter/Failure``.
        package func run(progress: (Progress) throws -> Void = { _ in }) throws -> Summary {
            let source = try openList()
            let stamp = try source.stamp
            guard let layout = BreachFilterLayout(listBytes: stamp.size, suffixBytes: suffixBytes) else {
                throw Failure.tooMany
            }
            let partial = try PositionedFile(writing: path + ".partial")
            guard try partial.lock() else { throw Failure.busy }
            let start = try resumed(from: partial, stamp: stamp, layout: layout)
            // An import that broke off in its last moment may have left its header.
            try partial.write([UInt8](repeating: 0, count: BreachFilterHeader.size), at: 0)

            var lines = PublishedHashList(source, from: start.offset, after: start.lines)
            var writer = BreachFilterWriter(partial, layout: layout, current: start.bucket, entries: start.entries)
            try copy(&lines, to: &writer, layout: layout, from: start, total: stamp.size, progress: progress)
            guard try source.stamp == stamp, lines.offset == stamp.size else { throw Failure.listChanged }
            guard writer.entries > 0 else {
                discard()
                throw Failure.empty
            }
            try finish(partial, header: BreachFilterHeader(layout: layout, entries: writer.entries))
            return Summary(
                lines: lines.lines, entries: writer.entries,
                falsePositiveRate: layout.falsePositiveRate(entries: writer.entries),
                bytes: layout.fileSize(entries: writer.entries), continuedFromLine: start.lines)
        }

        private func openList() throws -> PositionedFile {
            do {
                let source = try PositionedFile(reading: list)
                guard try source.isRegular else { throw Failure.noList(path: list) }
                return source
            } catch BreachFilter.Failure.missing {
                throw Failure.noList(path: list)
            }
        }

        /// Where to begin: where an earlier import of the same list kept its progress, or else at the beginning of an
        /// emptied file.
        private func resumed(
            from partial: PositionedFile, stamp: PositionedFile.Stamp, layout: BreachFilterLayout
        ) throws -> ImportCheckpoint {
            if let kept = ImportCheckpoint.read(path + ".progress"), kept.stamp == stamp, kept.layout == layout,
                try partial.size >= layout.entryOffset(of: kept.entries)
            {
                return kept
            }
            PositionedFile.remove(path + ".progress")
            try partial.resize(to: 0)
            return ImportCheckpoint(stamp: stamp, layout: layout)
        }

        private func copy(
            _ list: inout PublishedHashList, to writer: inout BreachFilterWriter, layout: BreachFilterLayout,
            from start: ImportCheckpoint, total: Int64, progress: (Progress) throws -> Void
        ) throws {
            var kept = start
            var reported = start.offset
            while let line = try list.next() {
                guard line.leadingBits >= kept.leadingBits else { throw Failure.outOfOrder(line: list.lines) }
                kept.leadingBits = line.leadingBits
                let place = layout.place(of: line.leadingBits)
                if place.bucket > writer.current {
                    try writer.advance(to: place.bucket)
                    if line.offset - kept.offset >= checkpointEvery {
                        kept.advance(to: line, after: list.lines - 1, writer: writer)
                        try keep(kept, &writer)
                    }
                }
                try writer.add(place.suffix)
                if list.bytesRead > reported {
                    reported = list.bytesRead
                    try progress(Progress(bytesRead: reported, bytesTotal: total))
                }
            }
            try writer.finish()
        }

        /// The order makes the promise: what the checkpoint speaks of is on the disk before the checkpoint is.
        private func keep(_ checkpoint: ImportCheckpoint, _ writer: inout BreachFilterWriter) throws {
            try writer.flush()
            try PositionedFile(writing: path + ".partial").synchronize()
            try checkpoint.write(path + ".progress")
        }

        /// The order makes the promise: the header, which makes a filter of the file, is written when all else is on
        /// the disk.
        private func finish(_ partial: PositionedFile, header: BreachFilterHeader) throws {
            try partial.resize(to: header.layout.fileSize(entries: header.entries))
            try partial.synchronize()
            try partial.write(header.bytes, at: 0)
            try partial.synchronize()
            try PositionedFile.rename(path + ".partial", to: path)
            PositionedFile.remove(path + ".progress")
        }

        private func discard() {
            PositionedFile.remove(path + ".partial")
            PositionedFile.remove(path + ".progress")
        }
    }
}

extension BreachFilter.Import.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noList(let path): "there is no file \(path), or it is no plain file"
        case .malformed(let line): "line \(line) is not 40 hexadecimal digits, a colon and a number; is the list whole?"
        case .outOfOrder(let line):
            "the hash in line \(line) is smaller than the one before; take the list that is ordered by hash"
        case .empty: "the list holds no hash"
        case .tooMany: "the list holds too many hashes, or no SHA-1 hashes"
        case .listChanged: "the list was written to during the import"
        case .busy: "another import to the same place is running"
        }
    }
}
