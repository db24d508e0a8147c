/// When an export is more than an everyday one.
package struct ExportPolicy: Sendable, Hashable {
    /// What is told as a large one.
    package var large: LargeExport
    /// From so many clients on a second person has to approve; 0 for never: `EXPORT_APPROVAL_ROWS`.
    package var approvalRows: Int

    package init(large: LargeExport = LargeExport(), approvalRows: Int = 0) {
        self.large = large
        self.approvalRows = approvalRows
    }
}
